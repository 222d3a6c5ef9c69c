import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runtimeUser } from '../../../src/svn/apache/runtime-user.js';

const passwd = [
  'root:x:0:0:root:/root:/bin/sh',
  'nobody:x:65534:65534:nobody:/:/bin/false',
  'www-data:x:33:33:www-data:/var/www:/bin/false',
  'svn:x:107:110::/srv/svn:/bin/false',
  'broken',
  '',
].join('\n');

test('the owner of the repositories, with his own group', () => {
  const user = runtimeUser(
    [
      { uid: 107, gid: 4 },
      { uid: 0, gid: 0 },
    ],
    passwd,
  );
  assert.deepEqual(user, { uid: 107, gid: 110, name: 'svn' });
});

test('an owner without a name', () => {
  assert.deepEqual(runtimeUser([{ uid: 5000, gid: 5001 }], passwd), { uid: 5000, gid: 5001, name: '5000' });
});

test("root's repositories are served by the customary web user", () => {
  assert.equal(runtimeUser([{ uid: 0, gid: 0 }], passwd).name, 'www-data');
  assert.equal(runtimeUser([{ uid: 0, gid: 0 }], passwd.replace('www-data', 'other')).name, 'nobody');
});

test('several owners, and no user at all, are refused', () => {
  const owners = [
    { uid: 107, gid: 110 },
    { uid: 33, gid: 33 },
  ];
  assert.throws(() => runtimeUser(owners, passwd), /several users/);
  assert.throws(() => runtimeUser([{ uid: 0, gid: 0 }], ''), /has none of the users/);
});
