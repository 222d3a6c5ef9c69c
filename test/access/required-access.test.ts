import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Action, Scope } from '../../src/access/policy.js';
import {
  guardAccess,
  hasDestination,
  readAccess,
  svnAccess,
  webdavAccess,
  type RequiredAccess,
} from '../../src/access/required-access.js';
import type { Method } from '../../src/http/method.js';
import { serverPathOf } from '../../src/http/target.js';

const source = serverPathOf('/docs/a');
const target = serverPathOf('/other/b');

type Right = readonly [path: string, action: Action, scope: Scope];

const reads: readonly Right[] = [[source, 'read', 'node']];
const writes: readonly Right[] = [[source, 'write', 'node']];
const removes: readonly Right[] = [[source, 'write', 'tree']];
const copies: readonly Right[] = [
  [source, 'read', 'tree'],
  [target, 'write', 'tree'],
];
const moves: readonly Right[] = [
  [source, 'read', 'tree'],
  [source, 'write', 'tree'],
  [target, 'write', 'tree'],
];

const unknown = ['TRACE', 'CONNECT', 'SUBSCRIBE', 'M-SEARCH', 'QUERY'] as const;

type Table = readonly (readonly [methods: readonly Method[], needs: readonly Right[]])[];

const tables: Readonly<Record<'webdav' | 'svn' | 'static', Table>> = {
  webdav: [
    [['GET', 'HEAD', 'OPTIONS', 'PROPFIND'], reads],
    [['PUT', 'POST', 'PATCH', 'MKCOL', 'PROPPATCH', 'UNLOCK', 'REPORT', 'SEARCH', 'ACL'], writes],
    [['DELETE', 'LOCK'], removes],
    [['COPY'], copies],
    [['MOVE'], moves],
    [unknown, writes],
  ],
  svn: [
    [['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT'], reads],
    [['PUT', 'POST', 'PROPPATCH', 'MKCOL', 'LOCK', 'UNLOCK', 'MERGE', 'CHECKOUT', 'MKACTIVITY'], writes],
    [['DELETE'], removes],
    [['COPY'], copies],
    [['MOVE'], moves],
    [unknown, writes],
  ],
  static: [
    [['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'PUT', 'DELETE', 'COPY', 'MOVE', 'REPORT'], reads],
    [unknown, reads],
  ],
};

const byKind: readonly (readonly [keyof typeof tables, RequiredAccess])[] = [
  ['webdav', webdavAccess],
  ['svn', svnAccess],
  ['static', readAccess],
];

for (const [kind, requires] of byKind) {
  describe(kind, () => {
    for (const [methods, needs] of tables[kind]) {
      for (const method of methods) {
        const words = needs.map((right) => right.join(' ')).join(', ');
        test(`${method} needs: ${words}`, () => {
          const destination = hasDestination(method) ? target : undefined;
          const actual = requires({ method, path: source, destination });
          assert.deepEqual(
            actual.map(({ path, action, scope }) => [path, action, scope]),
            needs,
          );
        });
      }
    }
  });
}

describe('what another server serves', () => {
  const cases: readonly (readonly [
    what: string,
    method: Method,
    path: string,
    depth: string | undefined,
    right: Right,
  ])[] = [
    ['one level may be listed', 'PROPFIND', '/docs/a', '1', [source, 'read', 'node']],
    ['itself may be looked at', 'PROPFIND', '/docs/a', ' 0 ', [source, 'read', 'node']],
    ['a whole tree must be readable', 'PROPFIND', '/docs/a', 'infinity', [source, 'read', 'tree']],
    ['no Depth means infinity', 'PROPFIND', '/docs/a', undefined, [source, 'read', 'tree']],
    ['a report tells of what is below', 'REPORT', '/docs/a', '0', [source, 'read', 'tree']],
    ['GET reads one file', 'GET', '/docs/a', undefined, [source, 'read', 'node']],
    [
      'an old revision is the repository',
      'GET',
      '/docs/a/!svn/rvr/7/private/x',
      undefined,
      [source, 'read', 'tree'],
    ],
    ['a checkout is', 'REPORT', '/docs/a/!svn/me', undefined, [source, 'read', 'tree']],
    ['a commit is', 'PUT', '/docs/a/!svn/txr/7-1/private/x', undefined, [source, 'write', 'tree']],
    ['a copy within a commit is', 'COPY', '/docs/a/!svn/rvr/7/x', undefined, [source, 'write', 'tree']],
  ];
  for (const [what, method, path, depth, right] of cases) {
    test(`${what}: ${method} of ${path} with Depth ${depth ?? 'missing'}`, () => {
      const rights = guardAccess({ method, path: serverPathOf(path), depth });
      assert.deepEqual(
        rights.map(({ path: at, action, scope }) => [at, action, scope]),
        [right],
      );
    });
  }
});

test('LOCK with Depth 0 keeps nobody from what lies below', () => {
  const scopes = ['0', ' 0 ', 'infinity', '1', 'nonsense', undefined].map(
    (depth) => webdavAccess({ method: 'LOCK', path: source, depth })[0]?.scope,
  );
  assert.deepEqual(scopes, ['node', 'node', 'tree', 'tree', 'tree', 'tree']);
});

test('only COPY and MOVE have a destination', () => {
  const methods = Object.values(tables).flatMap((table) => table.flatMap(([names]) => names));
  assert.deepEqual([...new Set(methods.filter(hasDestination))].sort(), ['COPY', 'MOVE']);
});
