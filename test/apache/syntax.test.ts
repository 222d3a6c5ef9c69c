import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { importApache } from '../../src/apache/import.js';
import { parseApache, syntaxLimits, type Node } from '../../src/apache/syntax.js';
import { matchesWildcard, wordsOf } from '../../src/apache/words.js';
import { isFailure } from '../../src/failure.js';

const parsed = (text: string) => parseApache({ name: 'a.conf', text }, () => []);

/** As nested arrays, with lines. */
function outline(nodes: readonly Node[]): unknown[] {
  return nodes.map((node) =>
    node.kind === 'directive'
      ? [node.line, node.name, ...node.words]
      : [node.line, `<${node.name}>`, node.words, outline(node.children)],
  );
}

describe("Apache's syntax", () => {
  const cases: readonly (readonly [string, string, readonly unknown[]])[] = [
    ['words', 'Alias  /a\t"/srv/b c"  \'d e\'', [[1, 'alias', '/a', '/srv/b c', 'd e']]],
    [
      'escapes in quotes alone',
      String.raw`A "b\"c\\d\e" f\g`,
      [[1, 'a', String.raw`b"c\d\e`, String.raw`f\g`]],
    ],
    ['a quote that nothing ends', 'A "b c', [[1, 'a', 'b c']]],
    [
      'continued lines, counted',
      'A b \\\n c\nD',
      [
        [1, 'a', 'b', 'c'],
        [3, 'd'],
      ],
    ],
    ['a comment, also a continued one', '# A \\\nB\n C', [[3, 'c']]],
    [
      'Windows line ends',
      'A \\\r\nb\r\nC',
      [
        [1, 'a', 'b'],
        [3, 'c'],
      ],
    ],
    [
      'sections, whatever the case',
      '<Location "/a b">\n<LIMIT Get>\nA\n</limit>\n</LOCATION>\nB',
      [
        [1, '<location>', ['/a b'], [[2, '<limit>', ['Get'], [[3, 'a']]]]],
        [6, 'b'],
      ],
    ],
    [
      'Define',
      'Define X /a\nB ${X}/b ${Y}',
      [
        [1, 'define', 'X', '/a'],
        [2, 'b', '/a/b', '${Y}'],
      ],
    ],
  ];
  for (const [what, text, expected] of cases) {
    it(`has ${what}`, () => {
      const { nodes, notes } = parsed(text);
      assert.deepEqual([outline(nodes), notes], [expected, []]);
    });
  }

  it('names sections that are not closed, and ends that close nothing', () => {
    const { notes } = parsed('<A>\n</B>\n<C>\n</A>');
    const lines = notes.map(({ line, message }) => `${line}: ${message}`);
    assert.deepEqual(lines, [
      '2: </b> closes nothing',
      '4: </a> closes nothing',
      '3: <c> is not closed',
      '1: <a> is not closed',
    ]);
  });

  it('is bounded in depth, directives, lines and definitions', () => {
    const doubled = Array.from(
      { length: 30 },
      (_, index) => `Define X${index + 1} \${X${index}}\${X${index}}`,
    );
    for (const text of [
      '<A>\n'.repeat(syntaxLimits.depth + 1),
      'A\n'.repeat(syntaxLimits.nodes + 1),
      `A ${'b'.repeat(syntaxLimits.line)}`,
      'A \\\n'.repeat(syntaxLimits.line / 2),
      ['Define X0 ab', ...doubled].join('\n'),
    ]) {
      assert.throws(
        () => parsed(text),
        (error) => isFailure(error, 'too-large'),
      );
    }
  });

  it('stops at a file that includes itself', () => {
    const self = { name: 'a.conf', text: 'Include a.conf' };
    assert.throws(
      () => parseApache(self, () => [self]),
      (error) => isFailure(error, 'too-large'),
    );
  });
});

const piece = fc.constantFrom(
  ...[
    '<',
    '</',
    '>',
    '"',
    "'",
    '\\',
    '\\\n',
    '\n',
    ' ',
    '#',
    '${X}',
    'Define X ',
    '/',
    '/a',
    '/a/b',
    '~',
    '*',
    '\u0000',
    'é',
  ],
  ...[
    'Location',
    'Directory',
    'Limit',
    'LimitExcept',
    'GET',
    'PUT',
    'RequireAll',
    'RequireNone',
    'VirtualHost',
  ],
  ...[
    'Require ',
    'valid-user',
    'all denied',
    'all granted',
    'group a',
    'user b',
    'Files',
    'Alias ',
    'DAV svn',
    'SVNPath /s',
  ],
  ...[
    'AuthBasicProvider wsgi',
    'WSGIAuthUserScript /s.py',
    'PythonOption DjangoPermissionName ',
    'PythonPath "[\'/p\']"',
  ],
  'PythonAuthenHandler django.contrib.auth.handlers.modpython',
);

describe('import-apache, whatever it reads,', () => {
  it('keeps its bounds and throws nothing but a Failure', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
        const { nodes } = parsed(pieces.join(''));
        const options = { project: '/p', settings: undefined, guards: false };
        const { declaration, notes } = importApache(nodes, options, () => undefined);
        assert.ok(JSON.stringify(declaration).length < 1_000_000);
        for (const { line, message } of notes) assert.ok(line > 0 && message !== '');
      }),
      { numRuns: 2000 },
    );
  });

  it('opens no more than without the lines that it cannot translate', () => {
    const lines = fc.array(
      fc.constantFrom(
        'Require ip 10.0.0.1',
        'Require user bob',
        'Deny from 10.1',
        'PythonAccessHandler a.b',
        'SSLRequireSSL',
      ),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(lines, (unknown) => {
        const inner = [
          '<RequireAll>',
          'Require valid-user',
          ...unknown.filter((line) => line.startsWith('Require')),
          '</RequireAll>',
        ];
        const text = [
          '<Location /a>',
          'AuthType Basic',
          'PythonAuthenHandler django.contrib.auth.handlers.modpython',
          ...inner,
          ...unknown.filter((line) => !line.startsWith('Require')),
          '</Location>',
        ].join('\n');
        const options = { project: '/p', settings: 'a', guards: false };
        const { declaration, notes } = importApache(parsed(text).nodes, options, () => undefined);
        assert.ok(notes.length > 0);
        const open = unknown.every((line) => line === 'SSLRequireSSL');
        assert.equal(JSON.stringify(declaration.shares).includes('left from a.conf:1'), !open);
      }),
    );
  });

  it('splits quoted words back into what was quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const quoted = words.map((word) => `"${word.replace(/["\\]/g, '\\$&')}"`);
        assert.deepEqual(wordsOf(quoted.join(' ')), words);
      }),
    );
  });

  it('matches wildcards as a regular expression does', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, letters, (wild, name) => {
        const expression = wild.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        assert.equal(matchesWildcard(wild, name), new RegExp(`^${expression}$`, 's').test(name));
      }),
    );
  });
});
