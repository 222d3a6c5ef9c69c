import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endToEnd, pairs } from '../../src/http/hop-by-hop.js';

test('pairs splits the flat list of Node', () => {
  assert.deepEqual(pairs(['DAV', '1', 'dav', '2']), [
    ['DAV', '1'],
    ['dav', '2'],
  ]);
  assert.deepEqual(pairs([]), []);
  assert.deepEqual(pairs(['Host']), []);
});

for (const name of [
  'Connection',
  'Keep-Alive',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Expect',
]) {
  test(`${name} stays on its connection, in any letter case and even where it is kept`, () => {
    const kept = new Set([name.toLowerCase()]);
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
      assert.deepEqual(endToEnd([[written, 'x']]), []);
      assert.deepEqual(endToEnd([[written, 'x']], kept), []);
    }
  });
}

test('all else passes as it is written, in its order, repeated fields too', () => {
  const headers = [
    ['DAV', '1,2'],
    ['dav', 'http://subversion.tigris.org/xmlns/dav/svn/depth'],
    ['Authorization', 'Basic YTpi'],
    ['X-Keep-Alive', 'yes'],
  ] as const;
  assert.deepEqual(endToEnd(headers), headers);
});

test('fields that Connection names stay behind, wherever it stands and however it is written', () => {
  const headers = [
    ['x-one', '1'],
    ['CONNECTION', 'close, X-One'],
    ['X-Two', '2'],
    ['Connection', ' ,x-TWO\t,'],
    ['X-Three', '3'],
  ] as const;
  assert.deepEqual(endToEnd(headers), [['X-Three', '3']]);
});

test('Connection cannot strip a field that is kept', () => {
  const headers = [
    ['Connection', 'close, X-Remote-User, Authorization, X-Other'],
    ['X-Remote-User', 'alice'],
    ['AUTHORIZATION', 'Basic YTpi'],
    ['X-Other', 'x'],
  ] as const;
  assert.deepEqual(endToEnd(headers, new Set(['x-remote-user', 'authorization'])), [
    ['X-Remote-User', 'alice'],
    ['AUTHORIZATION', 'Basic YTpi'],
  ]);
});

test('a name is compared whole', () => {
  const headers = [
    ['Connection', 'X-Remote'],
    ['X-Remote-User', 'alice'],
  ] as const;
  assert.deepEqual(endToEnd(headers), [['X-Remote-User', 'alice']]);
});
