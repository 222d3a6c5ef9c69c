import assert from 'node:assert/strict';
import { mkdtempSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { DirectoryUser } from '../../src/django/directory.js';
import { openSqlite } from '../../src/database/sqlite.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import { openSqliteDirectory } from './open-sqlite-directory.js';
import { isFailure } from '../../src/failure.js';
import { sampleDatabase } from './sample-database.js';

const unavailable = (error: unknown) => isFailure(error, 'unavailable') && error.cause !== undefined;

function open(t: TestContext, file: string) {
  const directory = openSqliteDirectory({ file, busyTimeoutMilliseconds: 0 });
  t.after(() => directory.close());
  return directory;
}

function sampleDirectory(t: TestContext) {
  const database = sampleDatabase(t);
  return { database, directory: open(t, database.file) };
}

function summary(user: DirectoryUser | undefined) {
  return (
    user && {
      flags: [user.isActive, user.isStaff, user.isSuperuser],
      groups: [...user.groups].sort(),
      permissions: [...user.permissions].sort(),
    }
  );
}

describe('the users of the sample site', () => {
  const editing = ['docs.change_document', 'docs.view_document'];
  const repositories = ['repos.change_repository', 'repos.view_repository'];
  const cases: Record<string, ReturnType<typeof summary>> = {
    admin: { flags: [true, true, true], groups: [], permissions: [] },
    alice: { flags: [true, false, false], groups: ['editors'], permissions: [...editing, ...repositories] },
    bob: {
      flags: [true, false, false],
      groups: ['readers'],
      permissions: ['docs.view_document', 'repos.view_repository'],
    },
    carol: { flags: [true, true, false], groups: [], permissions: [] },
    dave: { flags: [false, false, false], groups: ['editors'], permissions: [...editing, ...repositories] },
    eve: { flags: [true, false, false], groups: [], permissions: [] },
    nobody: undefined,
    Alice: undefined,
    'alice ': undefined,
    'alice\0': undefined,
    "' or '1'='1": undefined,
    '%': undefined,
    '': undefined,
  };
  for (const [username, expected] of Object.entries(cases)) {
    test(JSON.stringify(username), async (t) => {
      assert.deepEqual(summary(await sampleDirectory(t).directory.find(username)), expected);
    });
  }

  test('carry their id as text, their name and their encoded password', async (t) => {
    const alice = await sampleDirectory(t).directory.find('alice');
    assert.equal(alice?.id, '2');
    assert.equal(alice.username, 'alice');
    assert.match(alice.encodedPassword, /^pbkdf2_sha256\$260000\$[A-Za-z0-9]+\$[A-Za-z0-9+/]{43}=$/);
  });

  test('have a permission once, held directly and through two groups', async (t) => {
    const { database, directory } = sampleDirectory(t);
    database.change(`
      insert into auth_user_groups (user_id, group_id) select 2, id from auth_group where name = 'readers';
      insert into auth_user_user_permissions (user_id, permission_id)
        select 2, id from auth_permission where codename = 'view_document'`);
    const alice = summary(await directory.find('alice'));
    assert.deepEqual(alice?.groups, ['editors', 'readers']);
    assert.deepEqual(alice.permissions, [...editing, ...repositories]);
  });

  test('are read as they are now', async (t) => {
    const { database, directory } = sampleDirectory(t);
    await directory.find('bob');
    database.change(`
      update auth_user set is_active = 0, is_staff = 1, password = '!' where username = 'bob';
      delete from auth_user_groups where user_id = 3`);
    const bob = await directory.find('bob');
    assert.deepEqual(summary(bob), { flags: [false, true, false], groups: [], permissions: [] });
    assert.equal(bob?.encodedPassword, '!');
  });

  test('are found by their exact name, even where the column ignores case, as MySQL does', async (t) => {
    const { database, directory } = sampleDirectory(t);
    database.change(`
      alter table auth_user rename to cased;
      create table auth_user (
        id integer primary key, username text collate nocase, password text,
        is_active bool, is_staff bool, is_superuser bool);
      insert into auth_user select id, username, password, is_active, is_staff, is_superuser from cased`);
    assert.equal(await directory.find('ALICE'), undefined);
    assert.equal((await directory.find('alice'))?.id, '2');
  });

  test('are read with their full names and addresses by no statement more, and only where asked', async (t) => {
    const { file } = sampleDatabase(t);
    for (const withNames of [false, true]) {
      const knex = openSqlite({ file });
      t.after(() => knex.destroy());
      let statements = 0;
      knex.on('query', () => (statements += 1));
      const eve = await new ModelDirectory(knex, { kind: 'sqlite', withNames }).find('eve');
      assert.equal(statements, 3);
      const expected = withNames ? ['Eve Santos', 'eve@example.org'] : [undefined, undefined];
      assert.deepEqual([eve?.fullName, eve?.email], expected);
    }
  });

  test('may have a name outside ASCII', async (t) => {
    const { database, directory } = sampleDirectory(t);
    database.change("update auth_user set username = 'Ælfgifu 🫐' where username = 'eve'");
    assert.equal((await directory.find('Ælfgifu 🫐'))?.id, '6');
  });
});

describe('a sample of the passwords', () => {
  test('is the newest of the algorithms asked for', async (t) => {
    const { database, directory } = sampleDirectory(t);
    database.change("update auth_user set password = '!unusable' where username = 'eve'");
    database.change("update auth_user set password = 'argon2$x' where username = 'dave'");
    const carol = await directory.find('carol');
    assert.equal(await directory.passwordSample(['pbkdf2_sha256']), carol?.encodedPassword);
    assert.equal(await directory.passwordSample(['pbkdf2_sha256', 'argon2']), 'argon2$x');
  });

  test('is undefined where nobody has one', async (t) => {
    const { directory } = sampleDirectory(t);
    assert.equal(await directory.passwordSample(['bcrypt']), undefined);
    assert.equal(await directory.passwordSample([]), undefined);
  });
});

describe('a database that cannot answer', () => {
  test('a missing file is unavailable and is not made', async (t) => {
    const { database, directory } = sampleDirectory(t);
    database.remove();
    await assert.rejects(directory.find('alice'), unavailable);
    await assert.rejects(directory.passwordSample(['pbkdf2_sha256']), unavailable);
    assert.equal(existsSync(database.file), false);
  });

  test('a file that is deleted under an open connection is unavailable, and answers when it is back', async (t) => {
    const { database, directory } = sampleDirectory(t);
    assert.ok(await directory.find('alice'));
    database.remove();
    await assert.rejects(directory.find('alice'), unavailable);
    await assert.rejects(directory.find('alice'), unavailable);
    database.restore();
    assert.ok(await directory.find('alice'));
  });

  test('a file put in the place of the open one is read instead', async (t) => {
    const { database, directory } = sampleDirectory(t);
    assert.equal((await directory.find('eve'))?.isStaff, false);
    const replacement = sampleDatabase(t);
    replacement.change("update auth_user set is_staff = 1 where username = 'eve'");
    renameSync(replacement.file, database.file);
    assert.equal((await directory.find('eve'))?.isStaff, true);
    replacement.restore();
    renameSync(replacement.file, database.file);
    assert.equal((await directory.find('eve'))?.isStaff, false);
  });

  test('missing tables are unavailable', async (t) => {
    const { database, directory } = sampleDirectory(t);
    database.change('drop table auth_user_user_permissions');
    await assert.rejects(directory.find('alice'), unavailable);
  });

  test('another file is unavailable', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'davgate-site-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    const file = join(folder, 'db.sqlite3');
    writeFileSync(file, 'This is a letter, and no database of any kind.\n'.repeat(100));
    await assert.rejects(open(t, file).find('alice'), unavailable);
  });

  test('a closed directory is unavailable', async (t) => {
    const { directory } = sampleDirectory(t);
    await directory.close();
    await assert.rejects(directory.find('alice'), unavailable);
  });

  test('reading leaves every byte as it was', async (t) => {
    const { database, directory } = sampleDirectory(t);
    const before = readFileSync(database.file);
    await directory.find('alice');
    await directory.passwordSample(['pbkdf2_sha256']);
    assert.deepEqual(readFileSync(database.file), before);
  });
});
