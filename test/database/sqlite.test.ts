import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { openSqlite } from '../../src/database/sqlite.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import { userClass } from '../../src/django/models/user.js';
import { defaultUserModel } from '../../src/django/site.js';
import { isFailure } from '../../src/failure.js';
import { sampleDatabase } from '../django/sample-database.js';

describe('the SQLite connection', () => {
  const writes = [
    "update auth_user set is_superuser = 1 where username = 'eve'",
    'delete from auth_user',
    'create table mine (id integer)',
    'drop table auth_user_groups',
    'pragma user_version = 7',
  ];
  for (const sql of writes) {
    test(`refuses: ${sql}`, async (t) => {
      const { file } = sampleDatabase(t);
      chmodSync(file, 0o666);
      const knex = openSqlite({ file });
      t.after(() => knex.destroy());
      await assert.rejects(async () => knex.raw(sql), { code: 'SQLITE_READONLY' });
    });
  }

  test('refuses to write through the models, and even when asked to lift query_only', async (t) => {
    const knex = openSqlite({ file: sampleDatabase(t).file });
    t.after(() => knex.destroy());
    await knex.raw('pragma query_only = off');
    await assert.rejects(async () => userClass(defaultUserModel).query(knex).patch({ isSuperuser: true }), {
      code: 'SQLITE_READONLY',
    });
    await assert.rejects(async () => knex('auth_user').delete(), { code: 'SQLITE_READONLY' });
  });

  test('gives up on a locked database, and answers once the lock is gone', async (t) => {
    const { file } = sampleDatabase(t);
    const knex = openSqlite({ file, busyTimeoutMilliseconds: 0 });
    t.after(() => knex.destroy());
    const directory = new ModelDirectory(knex, { kind: 'sqlite' });
    const writer = new Database(file);
    t.after(() => writer.close());
    writer.exec('begin exclusive');
    await assert.rejects(directory.find('alice'), (error) => isFailure(error, 'unavailable'));
    writer.exec('rollback');
    assert.ok(await directory.find('alice'));
  });

  test('reads a database in WAL mode while it is written', async (t) => {
    const site = sampleDatabase(t);
    const { file } = site;
    site.change('pragma journal_mode = wal');
    const writer = new Database(file);
    t.after(() => writer.close());
    const knex = openSqlite({ file, busyTimeoutMilliseconds: 0 });
    t.after(() => knex.destroy());
    const directory = new ModelDirectory(knex, { kind: 'sqlite' });
    writer.exec("begin immediate; update auth_user set is_staff = 1 where username = 'eve'");
    assert.equal((await directory.find('eve'))?.isStaff, false);
    writer.exec('commit');
    assert.equal((await directory.find('eve'))?.isStaff, true);
  });

  test('asks the same number of queries for every name', async (t) => {
    const knex = openSqlite({ file: sampleDatabase(t).file });
    t.after(() => knex.destroy());
    let queries = 0;
    knex.on('query', () => {
      queries += 1;
    });
    const directory = new ModelDirectory(knex, { kind: 'sqlite' });
    for (const username of ['admin', 'alice', 'dave', 'nobody']) {
      queries = 0;
      await directory.find(username);
      assert.equal(queries, 3, username);
    }
    queries = 0;
    await directory.find('alice\0');
    assert.equal(queries, 0, 'PostgreSQL refuses NUL as an error');
  });
});
