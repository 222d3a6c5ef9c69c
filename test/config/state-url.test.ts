import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseStateUrl } from '../../src/config/state-url.js';

const read: readonly [string, unknown][] = [
  ['sqlite:./var/state.sqlite3', { kind: 'sqlite', file: '/site/var/state.sqlite3' }],
  ['sqlite:///srv/state.sqlite3', { kind: 'sqlite', file: '/srv/state.sqlite3' }],
  [
    'postgresql://davgate:p%40ss@db.example.org:5433/state?sslmode=verify-full&sslrootcert=ca.pem',
    {
      kind: 'postgresql',
      server: {
        host: 'db.example.org',
        port: 5433,
        socket: undefined,
        user: 'davgate',
        password: 'p@ss',
        database: 'state',
        tls: { verify: true, caFile: '/site/ca.pem' },
      },
    },
  ],
];

const refused = [
  '',
  'state.sqlite3',
  'sqlite:',
  'mysql://davgate:secret@db/state',
  'mariadb://davgate:secret@db/state',
  'postgresql://davgate:secret@db',
  'postgresql://davgate:secret@db/state?sslmode=prefer',
  'http://secret@db/state',
];

describe('the URL of the state database', () => {
  for (const [url, location] of read) {
    test(`${url} is read`, () => {
      assert.deepEqual(parseStateUrl(url, '/site'), location);
    });
  }

  for (const url of refused) {
    test(`${url} is refused without telling its password`, () => {
      const problem = parseStateUrl(url, '/site');
      assert.ok(typeof problem === 'string');
      assert.match(problem, /^(must|has) /);
      assert.ok(!problem.includes('secret@'));
    });
  }
});
