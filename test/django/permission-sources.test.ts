import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { permissionSources } from '../../src/django/permission-sources.js';
import { defaultUserModel, type UserModel } from '../../src/django/site.js';
import { openSqlite } from '../../src/database/sqlite.js';
import { isFailure } from '../../src/failure.js';
import { sampleDatabase } from './sample-database.js';

const [admin, alice, bob] = ['1', '2', '3'];

function sample(t: TestContext) {
  const database = sampleDatabase(t);
  const knex = openSqlite({ file: database.file });
  t.after(() => knex.destroy());
  const sources = async (id: string, model?: UserModel) => {
    const { own, groups } = await permissionSources(knex, id, model);
    return {
      own: [...own].sort(),
      groups: Object.fromEntries([...groups].map(([name, given]) => [name, [...given].sort()])),
    };
  };
  return { database, sources };
}

test('permissions are the user\u2019s own or of a group', async (t) => {
  assert.deepEqual(await sample(t).sources(alice), {
    own: ['repos.change_repository', 'repos.view_repository'],
    groups: { editors: ['docs.change_document', 'docs.view_document'] },
  });
});

test('one permission may come from several places, and a group may give none', async (t) => {
  const { database, sources } = sample(t);
  database.change(`
    insert into auth_group (name) values ('idle');
    insert into auth_user_groups (user_id, group_id) select 3, id from auth_group where name in ('editors', 'idle');
    insert into auth_user_user_permissions (user_id, permission_id)
      select 3, id from auth_permission where codename = 'view_document'`);
  assert.deepEqual(await sources(bob), {
    own: ['docs.view_document'],
    groups: {
      editors: ['docs.change_document', 'docs.view_document'],
      readers: ['docs.view_document', 'repos.view_repository'],
      idle: [],
    },
  });
});

test('who was given nothing has none, superusers and unknown ids too', async (t) => {
  const { sources } = sample(t);
  assert.deepEqual(await sources(admin), { own: [], groups: {} });
  assert.deepEqual(await sources('999'), { own: [], groups: {} });
});

test('a user model of other names with UUIDs for keys', async (t) => {
  const { database, sources } = sample(t);
  const uuid = '0d5e6f70-1234-4abc-8def-00112233aabb';
  database.change(`
    create table member (uid char(32) primary key, email text, password text);
    insert into member values ('${uuid.replaceAll('-', '')}', 'a@example.org', '!');
    create table member_groups (member_id char(32), group_id integer);
    insert into member_groups select uid, auth_group.id from member, auth_group where name = 'readers'`);
  const model: UserModel = {
    table: 'member',
    columns: { id: 'uid', username: 'email', password: 'password' },
    groups: { table: 'member_groups', user: 'member_id', other: 'group_id' },
  };
  assert.deepEqual(await sources(uuid, model), {
    own: [],
    groups: { readers: ['docs.view_document', 'repos.view_repository'] },
  });
  const { table, columns } = defaultUserModel;
  assert.deepEqual(await sources(alice, { table, columns }), { own: [], groups: {} });
});

test('a database that cannot answer is unavailable', async (t) => {
  const { database, sources } = sample(t);
  database.change('drop table auth_group_permissions');
  await assert.rejects(
    sources(alice),
    (error) => isFailure(error, 'unavailable') && error.cause !== undefined,
  );
});
