import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BadUsage } from '../../../server/cli/answering.js';
import { parseExplain, parseWho } from '../../../server/cli/question-arguments.js';

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
      assert.deepEqual(parseExplain(args), expected);
    });
  }
});

const usage = 'usage: davgate explain USER METHOD URL [--destination URL] [FILE]';

describe('explain refuses', () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], usage],
    [['alice', 'GET'], usage],
    [['alice', 'GET', '/', 'f.json', 'more'], usage],
    [['alice', 'GET', '/', '--bogus'], "Unknown option '--bogus'."],
    [['alice', 'COPY', '/', '--destination'], "Option '--destination <value>' argument missing."],
    [['alice', 'BREW', '/'], '"BREW" is not an HTTP method.'],
    [['alice', '', '/'], '"" is not an HTTP method.'],
    [['', 'GET', '/'], 'A user name is not empty.'],
    [['x'.repeat(255), 'GET', '/'], 'A user name has at most 254 characters; this one is longer.'],
    [['alice', 'MOVE', '/docs/a'], 'MOVE needs --destination, the URL that it leads to.'],
    [['alice', 'GET', '/a', '--destination', '/b'], 'GET has no destination; COPY and MOVE have.'],
    [
      ['alice', 'GET', 'docs'],
      '"docs" is no URL that davgate takes: The request target must be an absolute path.',
    ],
    [
      ['alice', 'GET', '/docs/%zz'],
      '"/docs/%zz" is no URL that davgate takes: The path is not percent-encoded UTF-8.',
    ],
    [
      ['alice', 'GET', '/docs/\u00dc'],
      '"/docs/\u00dc" is no URL that davgate takes: The request target must be printable ASCII.',
    ],
    [
      ['alice', 'GET', '/docs/../x'],
      '"/docs/../x" is no URL that davgate takes: The path must not contain `.` or `..` segments.',
    ],
    [
      ['alice', 'COPY', 'http://a/x', '--destination', 'http://b/x'],
      '"http://b/x" is no URL that davgate takes: The Destination is on another server.',
    ],
  ];
  for (const [args, message] of cases) {
    test(JSON.stringify(args).slice(0, 80), () => {
      assert.throws(
        () => parseExplain(args),
        (error) => {
          assert.ok(error instanceof BadUsage);
          assert.equal(error.message, message);
          return true;
        },
      );
    });
  }
});

test('who takes a URL and a file, and nothing else', () => {
  assert.deepEqual(parseWho(['http://a/docs/']), { path: '/docs', file: 'shares.json' });
  assert.deepEqual(parseWho(['/docs', 'f.json']), { path: '/docs', file: 'f.json' });
  for (const args of [[], ['/a', 'b', 'c'], ['/a', '--destination', '/b'], ['a']]) {
    assert.throws(() => parseWho(args), BadUsage);
  }
});
