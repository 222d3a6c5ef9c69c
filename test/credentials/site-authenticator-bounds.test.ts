import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setting, signedIn } from './site-setting.js';

test('a user who signs in with ever other passwords and spellings pushes nobody else out', async () => {
  const { directory, site, login } = setting({ capacity: 100 });
  directory.put('bob');
  site.passwords.set('bob', 'bob-demo');
  assert.ok(await login('bob', 'bob-demo'));
  const alice = directory.users.get('alice');
  assert.ok(alice);
  const known = site.signIn.bind(site);
  site.signIn = (username, password) =>
    password.startsWith('code') ? Promise.resolve(signedIn(alice)) : known(username, password);
  for (let code = 0; code < 60; code += 1) {
    assert.ok(await login('alice', `code${code}`));
    assert.ok(await login('x'.repeat(code + 1), 'code'));
  }
  site.asked.length = 0;
  assert.ok(await login('bob', 'bob-demo'));
  assert.deepEqual(site.asked, []);
});

test('a name is measured as the site gets it, after normalising', async () => {
  const { site, login } = setting();
  assert.equal(await login('\ufdfa'.repeat(15), 'x'), undefined);
  assert.equal(await login('\ufdfa'.repeat(14), 'x'), undefined);
  assert.deepEqual(
    site.asked.map(({ length }) => length),
    [252],
  );
});
