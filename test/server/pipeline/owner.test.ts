import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownerOf } from '../../../server/pipeline/owner.js';
import { anonymous } from '../../../src/access/identity.js';
import { user } from '../../access/identities.js';

test('a user is counted by name, wherever they are', () => {
  assert.equal(ownerOf(user({ username: 'alice' }), '192.0.2.1'), ownerOf(user(), '2001:db8::1'));
});

test('people without a name are counted by network', () => {
  const same = [
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0:ffff::2'],
    [undefined, undefined],
  ];
  for (const [one, other] of same) assert.equal(ownerOf(anonymous, one), ownerOf(anonymous, other));
  const owners = ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8:0:1::1', undefined].map((address) =>
    ownerOf(anonymous, address),
  );
  assert.equal(new Set(owners).size, owners.length);
});

test('a user whose name is an address is somebody else', () => {
  for (const username of ['192.0.2.1', 'unknown', '2001:db8:0:0::/64']) {
    assert.notEqual(ownerOf(user({ username }), undefined), ownerOf(anonymous, '192.0.2.1'));
    assert.notEqual(ownerOf(user({ username }), undefined), ownerOf(anonymous, undefined));
  }
});
