import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import knex from 'knex';
import { isFailure } from '../../src/failure.js';
import { bothServers } from '../servers/both-servers.js';
import { password, type Access, type TestServer } from '../servers/database-server.js';
import { database, servedDirectory, servedSite } from './served-site.js';

const servers = await bothServers();
await Promise.all(servers.map(servedSite));

const writes = [
  "update auth_user set is_superuser = true where username = 'plain'",
  'delete from auth_user_groups',
  "insert into auth_group (name) values ('mine')",
  'create table mine (id integer)',
  'drop table auth_user_groups',
];

function open(t: TestContext, server: TestServer, access: Partial<Access> = {}) {
  const served = servedDirectory(server, access);
  t.after(() => served.knex.destroy());
  return served;
}

/** A session like any program's, without what openDatabase asks for. */
function plainSession(t: TestContext, server: TestServer, user: string) {
  const { host, port } = server.server({ user, password, database });
  const session = knex({
    client: server.kind === 'mysql' ? 'mysql2' : 'pg',
    connection: { host, ...(port !== undefined && { port }), user, password, database },
    pool: { min: 0, max: 1 },
  });
  t.after(() => session.destroy());
  return session;
}

for (const server of servers) {
  describe(`a session of ${server.kind}`, () => {
    test('refuses to write for a user who could', async (t) => {
      const session = open(t, server, { user: 'site' }).knex;
      for (const sql of writes) {
        await assert.rejects(async () => session.raw(sql), /read.only transaction/i, sql);
      }
      await plainSession(t, server, 'site').raw(`${writes[0] ?? ''} and 1 = 0`);
    });

    test('needs no right but to select', async (t) => {
      const reader = plainSession(t, server, 'reader');
      for (const sql of writes) {
        await assert.rejects(
          async () => reader.raw(sql),
          /permission denied|command denied|must be owner/,
          sql,
        );
      }
      const { directory, knex: session } = open(t, server);
      const asked: string[] = [];
      session.on('query', ({ sql }: { sql: string }) => asked.push(sql));
      assert.ok(await directory.find('both'));
      assert.equal(asked.length, 3);
      assert.equal(await directory.find('nobody'), undefined);
      assert.equal(asked.length, 6);
      assert.ok(await directory.findById('6'));
      assert.equal(asked.length, 9);
      assert.match((await directory.passwordSample(['pbkdf2_sha256'])) ?? '', /^pbkdf2_sha256\$1000\$/);
      for await (const users of directory.list()) assert.ok(users.length > 0);
      assert.ok(asked.every((sql) => sql.startsWith('select ')));
    });

    test('sees what was committed since', async (t) => {
      const { directory } = open(t, server);
      const site = plainSession(t, server, 'site');
      for (const isStaff of [true, false]) {
        await site('auth_user').where({ username: 'plain' }).update({ is_staff: isStaff });
        assert.equal((await directory.find('plain'))?.isStaff, isStaff);
      }
    });

    test('ends a statement that takes long, and goes on', async (t) => {
      const session = open(t, server).knex;
      const names = Array.from({ length: 12 }, (_, index) => `auth_permission p${index}`);
      const endless = `select count(*) from ${names.join(', ')}`;
      await assert.rejects(async () => session.raw(endless), /max_statement_time|statement timeout/);
      await session.raw('select 1');
    });

    test('goes through the Unix socket too', async (t) => {
      const access = server.kind === 'mysql' ? { user: 'reader' } : {};
      assert.ok(await open(t, server, { ...access, socket: true }).directory.find('staff'));
    });

    test('that may not begin is unavailable, and tells no password', async (t) => {
      const secret = 'not the reader’s, but a secret';
      for (const access of [{ password: secret }, { password: secret, port: 1 }, { database: 'none' }]) {
        await assert.rejects(open(t, server, access).directory.find('staff'), (error) => {
          assert.ok(isFailure(error, 'unavailable'));
          assert.deepEqual(error.headers, [['Retry-After', '2']]);
          const shown = inspect(error, { depth: Infinity, showHidden: true });
          return !shown.includes(secret) && !shown.includes(password);
        });
      }
    });

    test('is of a small pool, however many ask', async (t) => {
      const { directory } = open(t, server);
      const found = await Promise.all(Array.from({ length: 200 }, () => directory.find('both')));
      assert.ok(found.every((user) => user?.groups.size === 2));
      const admin = server.administrator();
      t.after(() => admin.destroy());
      const table = server.kind === 'mysql' ? 'information_schema.processlist' : 'pg_stat_activity';
      const column = server.kind === 'mysql' ? 'user' : 'usename';
      const sessions = await admin.from(table).where(column, 'reader').select(column);
      assert.ok(sessions.length <= 10, `${sessions.length} sessions`);
    });
  });
}
