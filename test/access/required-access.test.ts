import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Action, Scope } from '../../src/access/policy.js';
import { hasDestination, requiredAccess, type ShareKind } from '../../src/access/required-access.js';
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

const unknown = ['BREW', 'get', 'Propfind', 'TRACE', 'CONNECT', ''];

const tables: Readonly<
  Record<ShareKind, readonly (readonly [methods: readonly string[], needs: readonly Right[]])[]>
> = {
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
    [['VERSION-CONTROL', 'CHECKIN', 'UNCHECKOUT', 'UPDATE', 'LABEL', 'BASELINE-CONTROL'], writes],
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

for (const kind of ['webdav', 'svn', 'static'] as const) {
  describe(kind, () => {
    for (const [methods, needs] of tables[kind]) {
      for (const method of methods) {
        const words = needs.map((right) => right.join(' ')).join(', ');
        test(`${method === '' ? 'no method' : method} needs: ${words}`, () => {
          const destination = hasDestination(method) ? target : undefined;
          const actual = requiredAccess(kind, method, source, destination);
          assert.deepEqual(
            actual.map(({ path, action, scope }) => [path, action, scope]),
            needs,
          );
        });
      }
    }
  });
}

test('LOCK with Depth 0 keeps nobody from what lies below', () => {
  const scopes = ['0', ' 0 ', 'infinity', '1', 'nonsense', undefined].map(
    (depth) => requiredAccess('webdav', 'LOCK', source, undefined, depth)[0]?.scope,
  );
  assert.deepEqual(scopes, ['node', 'node', 'tree', 'tree', 'tree', 'tree']);
});

test('only COPY and MOVE have a destination', () => {
  const methods = [
    ...Object.values(tables).flatMap((table) => table.flatMap(([names]) => names)),
    'copy',
    'move',
  ];
  assert.deepEqual([...new Set(methods.filter(hasDestination))].sort(), ['COPY', 'MOVE']);
});
