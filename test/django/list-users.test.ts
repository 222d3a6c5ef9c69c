import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DirectoryUser } from '../../src/django/directory.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import { openSqlite } from '../../src/database/sqlite.js';
import { isFailure } from '../../src/failure.js';
import { sampleDatabase } from './sample-database.js';

test('every user is listed once, just as it is found', async (t) => {
  const knex = openSqlite({ file: sampleDatabase(t).file });
  t.after(() => knex.destroy());
  const directory = new ModelDirectory(knex, { kind: 'sqlite' });
  const listed: DirectoryUser[] = [];
  for await (const batch of directory.list()) listed.push(...batch);
  assert.deepEqual(
    listed.map(({ username }) => username),
    ['admin', 'alice', 'bob', 'carol', 'dave', 'eve'],
  );
  for (const user of listed) assert.deepEqual(await directory.find(user.username), user);
});

test('a great many are read in batches, each of a few queries, and no more than are asked for', async (t) => {
  const site = sampleDatabase(t);
  site.change(`
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
      insert into auth_user
        (username, password, is_active, is_staff, is_superuser, first_name, last_name, email, date_joined)
        select 'user' || i, '!', 1, 0, 0, '', '', '', '2026-01-01' from n;
    insert into auth_user_groups (user_id, group_id) select auth_user.id, auth_group.id from auth_user, auth_group
      where username like 'user%'`);
  const knex = openSqlite({ file: site.file });
  t.after(() => knex.destroy());
  let queries = 0;
  knex.on('query', () => (queries += 1));
  const directory = new ModelDirectory(knex, { kind: 'sqlite' });

  const sizes: number[] = [];
  for await (const users of directory.list()) {
    sizes.push(users.length);
    assert.ok(queries <= sizes.length * 7, `${queries} queries for ${sizes.length} batches`);
    if (sizes.length === 2) {
      site.change(`
        delete from auth_user_groups where user_id in (select id from auth_user where username in ('user1500', 'user3'));
        delete from auth_user where username in ('user1500', 'user3')`);
    }
  }
  assert.ok(sizes.every((size) => size <= 500));
  assert.equal(
    sizes.reduce((sum, size) => sum + size),
    20_006 - 1,
    'whoever is deleted before being read is not listed',
  );

  queries = 0;
  for await (const users of directory.list()) {
    assert.equal(users.at(-1)?.groups.size, 2);
    break;
  }
  assert.ok(queries <= 7);
});

test('a database that goes away in between is unavailable', async (t) => {
  const site = sampleDatabase(t);
  const knex = openSqlite({ file: site.file });
  t.after(() => knex.destroy());
  const batches = new ModelDirectory(knex, { kind: 'sqlite' }).list()[Symbol.asyncIterator]();
  assert.equal((await batches.next()).done, false);
  site.remove();
  await assert.rejects(batches.next(), (error) => isFailure(error, 'unavailable'));
});
