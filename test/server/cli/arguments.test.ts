import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCommandLine } from '../../../server/cli/command-line.js';
import { explain, questionOf } from '../../../server/cli/explain.js';
import { who } from '../../../server/cli/who.js';
import { commandOutcome } from './command-outcome.js';

const silent = { out: () => undefined, error: () => undefined, columns: 80 };

function questionIn(words: readonly string[]) {
  const program = { version: '1.2.3', commands: [explain] };
  const parsed = parseCommandLine(program, ['explain', ...words], silent);
  if (typeof parsed === 'number') assert.fail(`exit code ${parsed}`);
  return questionOf(parsed.values);
}

describe('explain takes', () => {
  const cases: readonly (readonly [string, readonly string[], unknown])[] = [
    [
      'a path',
      ['alice', 'GET', '/docs/'],
      { username: 'alice', method: 'GET', path: '/docs', file: 'shares.json' },
    ],
    [
      'a URL, encoded, and a file',
      ['alice', 'get', 'https://example.org/docs/%C3%9Cbersicht%202026.txt?x', 'other.json'],
      { username: 'alice', method: 'GET', path: '/docs/\u00dcbersicht 2026.txt', file: 'other.json' },
    ],
    [
      'a URL of a host alone',
      ['alice', 'PROPFIND', 'http://example.org'],
      { username: 'alice', method: 'PROPFIND', path: '/', file: 'shares.json' },
    ],
    [
      'a destination, wherever it stands',
      ['alice', '--destination', '/docs/b', 'MOVE', '/docs/a', 'f.json'],
      { username: 'alice', method: 'MOVE', path: '/docs/a', destination: '/docs/b', file: 'f.json' },
    ],
    [
      'a destination on the same server',
      ['alice', 'COPY', 'http://a:80/docs/a', '--destination=http://A/docs/b'],
      { username: 'alice', method: 'COPY', path: '/docs/a', destination: '/docs/b', file: 'shares.json' },
    ],
    [
      'a path with a destination on any server',
      ['alice', 'COPY', '/docs/a', '--destination', 'https://a/docs/b'],
      { username: 'alice', method: 'COPY', path: '/docs/a', destination: '/docs/b', file: 'shares.json' },
    ],
    [
      'a user name as it is given',
      ['\uff41lice', 'GET', '/'],
      { username: '\uff41lice', method: 'GET', path: '/', file: 'shares.json' },
    ],
    [
      'a user name with a dash after two',
      ['--', '-x', 'GET', '/'],
      { username: '-x', method: 'GET', path: '/', file: 'shares.json' },
    ],
  ];
  for (const [what, args, expected] of cases) {
    test(what, () => {
      assert.deepEqual(questionIn(args), expected);
    });
  }
});

describe('explain refuses', () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], "Missing required argument 'USER'."],
    [['alice', 'GET'], "Missing required argument 'URL'."],
    [
      ['alice', 'GET', '/', 'f.json', 'more'],
      "Too many arguments for 'explain'. Expected 4 arguments but got 5.",
    ],
    [['alice', 'GET', '/', '--bogus'], "Unknown option '--bogus'."],
    [['alice', 'COPY', '/', '--destination'], "Option '--destination <URL>' argument missing."],
    [['alice', 'BREW', '/'], '"BREW" is not an HTTP method.'],
    [['alice', '', '/'], '"" is not an HTTP method.'],
    [['', 'GET', '/'], 'The user name must not be empty.'],
    [['x'.repeat(255), 'GET', '/'], 'The user name must not be longer than 254 characters.'],
    [['alice', 'MOVE', '/docs/a'], 'MOVE needs --destination, the URL to copy or move to.'],
    [['alice', 'GET', '/a', '--destination', '/b'], 'GET takes no --destination; only COPY and MOVE do.'],
    [
      ['alice', 'GET', 'docs'],
      '"docs" is not a URL that davgate accepts: The request target must be an absolute path.',
    ],
    [
      ['alice', 'GET', '/docs/%zz'],
      '"/docs/%zz" is not a URL that davgate accepts: The path is not percent-encoded UTF-8.',
    ],
    [
      ['alice', 'GET', '/docs/\u00dc'],
      '"/docs/\u00dc" is not a URL that davgate accepts: The request target must be printable ASCII.',
    ],
    [
      ['alice', 'GET', '/docs/../x'],
      '"/docs/../x" is not a URL that davgate accepts: The path must not contain `.` or `..` segments.',
    ],
    [
      ['alice', 'COPY', 'http://a/x', '--destination', 'http://b/x'],
      '"http://b/x" is not a URL that davgate accepts: The Destination is on another server.',
    ],
  ];
  for (const [args, message] of cases) {
    test(JSON.stringify(args).slice(0, 80), async () => {
      assert.deepEqual(await commandOutcome([explain], ['explain', ...args]), {
        code: 2,
        out: '',
        error: `davgate: ${message}\nRun \`davgate explain --help\` for help.\n`,
      });
    });
  }
});

describe('who refuses', () => {
  for (const args of [[], ['/a', 'b', 'c'], ['/a', '--destination', '/b'], ['a']]) {
    test(JSON.stringify(args), async () => {
      const { code, out, error } = await commandOutcome([who], ['who', ...args]);
      assert.deepEqual([code, out], [2, '']);
      assert.match(error, /^davgate: [^\n]+\.\nRun `davgate who --help` for help\.\n$/);
    });
  }
});
