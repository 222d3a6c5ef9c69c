import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Identity } from '../../src/access/identity.js';
import { DerivationGate } from '../../src/credentials/derivation-gate.js';
import { DirectoryAuthenticator } from '../../src/credentials/directory-authenticator.js';
import { derive } from '../../src/django/hashers/derive.js';
import { createHashers } from '../../src/django/hashers/django-hashers.js';
import { SitePasswords } from '../../src/django/hashers/site-passwords.js';
import { openSqliteDirectory } from '../django/open-sqlite-directory.js';
import { isFailure } from '../../src/failure.js';
import { sampleDatabase } from '../django/sample-database.js';

/** The whole of it, on the sample site's database, with a clock the test moves. */
function sampleSite(t: TestContext) {
  const database = sampleDatabase(t);
  const directory = openSqliteDirectory({ file: database.file });
  t.after(() => directory.close());
  const clock = { now: 0 };
  const now = () => clock.now;
  const authenticator = new DirectoryAuthenticator({
    directory,
    passwords: new SitePasswords({
      hashers: createHashers(),
      deriver: { derive },
      samples: directory,
      now,
    }),
    gate: new DerivationGate({ atOnce: 2 }),
    now,
  });
  const signIn = (username: string, password = `${username}-demo`) =>
    authenticator.authenticate({ username, password });
  return { database, clock, authenticator, signIn };
}

describe('a change takes effect within one second of it', () => {
  const changes: [name: string, sql: string, seen: (bob: Identity | undefined) => boolean][] = [
    ['deactivation', 'update auth_user set is_active = 0 where id = 3', (bob) => bob === undefined],
    [
      'deletion',
      'delete from auth_user_groups where user_id = 3; delete from auth_user where id = 3',
      (bob) => bob === undefined,
    ],
    ['a new user name', "update auth_user set username = 'robert' where id = 3", (bob) => bob === undefined],
    ['an unusable password', "update auth_user set password = '!x' where id = 3", (bob) => bob === undefined],
    [
      'another password',
      'update auth_user set password = (select password from auth_user where id = 2) where id = 3',
      (bob) => bob === undefined,
    ],
    ['becoming staff', 'update auth_user set is_staff = 1 where id = 3', (bob) => bob?.isStaff === true],
    [
      'becoming a superuser',
      'update auth_user set is_superuser = 1 where id = 3',
      (bob) => bob?.isSuperuser === true,
    ],
    [
      'leaving a group',
      'delete from auth_user_groups where user_id = 3',
      (bob) => bob?.groups.size === 0 && bob.permissions.size === 0,
    ],
    [
      'joining a group',
      "insert into auth_user_groups (user_id, group_id) select 3, id from auth_group where name = 'editors'",
      (bob) => bob?.groups.has('editors') === true && bob.permissions.has('docs.change_document'),
    ],
    [
      'a permission given',
      `insert into auth_user_user_permissions (user_id, permission_id)
        select 3, id from auth_permission where codename = 'delete_document'`,
      (bob) => bob?.permissions.has('docs.delete_document') === true,
    ],
    [
      'a permission taken from the group',
      'delete from auth_group_permissions',
      (bob) => bob?.permissions.size === 0,
    ],
  ];
  for (const [name, sql, seen] of changes) {
    test(name, async (t) => {
      const { database, clock, signIn } = sampleSite(t);
      assert.equal(seen(await signIn('bob')), false);
      database.change(sql);
      clock.now += 999;
      assert.equal(seen(await signIn('bob')), false, 'read once a second');
      clock.now += 1;
      assert.equal(seen(await signIn('bob')), true);
    });
  }

  test('an undone change lets in again without another derivation', async (t) => {
    const { database, clock, signIn, authenticator } = sampleSite(t);
    await signIn('bob');
    database.change('update auth_user set is_active = 0 where id = 3');
    clock.now += 1000;
    assert.equal(await signIn('bob'), undefined);
    database.change('update auth_user set is_active = 1 where id = 3');
    clock.now += 1000;
    const derivations = authenticator.derivations;
    assert.equal((await signIn('bob'))?.username, 'bob');
    assert.equal(authenticator.derivations, derivations);
  });
});

describe('the sample site', () => {
  const cases: [username: string, password: string, gets: string | undefined][] = [
    ['admin', 'admin-demo', 'admin'],
    ['alice', 'alice-demo', 'alice'],
    ['bob', 'alice-demo', undefined],
    ['dave', 'dave-demo', undefined],
    ['nobody', 'nobody-demo', undefined],
  ];
  for (const [username, password, gets] of cases) {
    test(`${username} with ${password}`, async (t) => {
      const { signIn, authenticator } = sampleSite(t);
      assert.equal((await signIn(username, password))?.username, gets);
      assert.equal(authenticator.derivations, 1);
    });
  }

  test('a database that is taken away rejects, and is used again when it is back', async (t) => {
    const { database, clock, signIn, authenticator } = sampleSite(t);
    await signIn('alice');
    database.remove();
    clock.now += 1000;
    await assert.rejects(signIn('alice'), (error) => isFailure(error, 'unavailable'));
    database.restore();
    assert.equal((await signIn('alice'))?.username, 'alice');
    assert.equal(authenticator.derivations, 1);
  });
});
