import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { ModelDirectory } from '../../src/django/model-directory.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { UserModel } from '../../src/django/site.js';
import { password, type TestServer } from '../servers/database-server.js';
import { bothServers } from '../servers/both-servers.js';

const servers = await bothServers();
for (const server of servers) await server.createDatabase('odd');

let tables = 0;

/** A directory of a table with the columns `id`, `name`, `secret` and `active`, of these types and rows. */
async function directoryOf(
  t: TestContext,
  server: TestServer,
  types: { id?: string; name?: string; active?: string },
  rows: readonly string[],
): Promise<ModelDirectory> {
  const { id = 'integer', name = 'varchar(80)', active = 'boolean' } = types;
  tables += 1;
  const table = `people${tables}`;
  const admin = server.administrator('odd');
  await admin.raw(`create table ${table} (id ${id}, name ${name}, secret varchar(80), active ${active})`);
  for (const row of rows) await admin.raw(`insert into ${table} values (${row})`);
  await admin.destroy();
  await server.letRead('odd');
  const knex = openDatabase({
    kind: server.kind,
    server: server.server({ user: 'reader', password, database: 'odd' }),
  });
  t.after(() => knex.destroy());
  const columns = { id: 'id', username: 'name', password: 'secret', isActive: 'active' };
  const user: UserModel = { table, columns };
  return new ModelDirectory(knex, { kind: server.kind, user });
}

const uuid = '0f3d9a52-7c1e-4b6f-9c55-2f6f1b3f8a10';
const impossible = [
  ...['', '0', '-1', '01', '1.0', '1e0', '1 ', ' 1', '+1', '１', '1th', "1' or '1'='1", 'abc', '\0', '1\0'],
  ...['2147483648', '9223372036854775807', '9223372036854775808', '9'.repeat(40), 'x'.repeat(5000), '🫐'],
  ...[uuid.replace('0f', '1f'), uuid.toUpperCase(), uuid.replaceAll('-', ''), `{${uuid}}`, `${uuid} `],
];

for (const server of servers) {
  describe(`keys, ${server.kind}`, () => {
    const plain = uuid.replaceAll('-', '');
    const types: Record<string, [type: string, value: string, id: string]> = {
      integer: ['integer', '1', '1'],
      'big integer': ['bigint', '9007199254740993', '9007199254740993'],
      'UUID as Django stores it':
        server.kind === 'mysql' ? ['char(32)', `'${plain}'`, uuid] : ['uuid', `'${uuid}'`, uuid],
      // Django 5 uses MariaDB's own type.
      'UUID type': ['uuid', `'${uuid}'`, uuid],
      text: ['varchar(80)', "'one'", 'one'],
    };
    for (const [name, [type, value, id]] of Object.entries(types)) {
      test(name, async (t) => {
        const directory = await directoryOf(t, server, { id: type }, [`${value}, 'ada', 'x', true`]);
        assert.equal((await directory.findById(id))?.username, 'ada');
        assert.equal((await directory.find('ada'))?.id, id);
        for (const other of impossible) {
          if (other !== id) assert.equal(await directory.findById(other), undefined, JSON.stringify(other));
        }
      });
    }

    test('a batch goes on where the last one ended, whatever the type', async (t) => {
      const all = Array.from({ length: 1203 }, (_, index) => index);
      for (const [type, value] of [
        ['integer', (index: number) => `${index - 100}`],
        ['bigint', (index: number) => `${9007199254740993n + BigInt(index)}`],
        ['varchar(80)', (index: number) => `'${index}é'`],
        ['uuid', (index: number) => `'${uuid.slice(0, -4)}${String(index * 7).padStart(4, '0')}'`],
      ] as const) {
        const rows = all.map((index) => `${value(index)}, 'user${index}', 'x', true`).join('), (');
        const directory = await directoryOf(t, server, { id: type }, [rows]);
        const sizes: number[] = [];
        const names = new Set<string>();
        for await (const users of directory.list()) {
          sizes.push(users.length);
          for (const { username } of users) names.add(username);
        }
        assert.deepEqual(sizes, [500, 500, 203], type);
        assert.equal(names.size, all.length, type);
      }
    });
  });

  describe(`names, ${server.kind}`, () => {
    test('two users who share a name are nobody', async (t) => {
      const rows = ["1, 'ada', 'x', true", "2, 'ada', 'y', true", "3, 'bea', 'x', true"];
      const directory = await directoryOf(t, server, {}, rows);
      assert.equal(await directory.find('ada'), undefined);
      assert.equal((await directory.findById('2'))?.encodedPassword, 'y');
      assert.equal((await directory.find('bea'))?.id, '3');
    });

    test('names that differ only in case, accents or trailing spaces are kept apart', async (t) => {
      const names = ['ada', 'Ada', 'adá', 'ada ', 'ADA  '];
      const directory = await directoryOf(
        t,
        server,
        {},
        names.map((name, index) => `${index}, '${name}', 'x', true`),
      );
      for (const [index, name] of names.entries()) {
        assert.equal((await directory.find(name))?.id, String(index), JSON.stringify(name));
      }
      for (const name of ['ADA', 'ada  ', 'àda', 'ad']) assert.equal(await directory.find(name), undefined);
    });

    test('nobody has no name, or one that is no text for a database', async (t) => {
      const directory = await directoryOf(t, server, {}, ["1, null, 'x', true", "2, '', 'x', true"]);
      for (const name of ['null', 'ada\0', '\ud800', '%', '_']) {
        assert.equal(await directory.find(name), undefined, JSON.stringify(name));
      }
      for await (const users of directory.list()) assert.deepEqual(users, []);
    });
  });
}

describe('columns of their own kind', () => {
  const [postgresql, mariadb] = servers;
  assert.ok(postgresql && mariadb);

  test("PostgreSQL's citext", async (t) => {
    const admin = postgresql.administrator('odd');
    await admin.raw('create extension citext');
    await admin.destroy();
    const directory = await directoryOf(t, postgresql, { name: 'citext' }, ["1, 'Ada', 'x', true"]);
    assert.equal(await directory.find('ada'), undefined);
    assert.equal((await directory.find('Ada'))?.id, '1');
  });

  const characterSets = ['latin1', 'utf8mb3', 'utf8mb4 collate utf8mb4_bin', 'utf16', 'ascii'];
  for (const characterSet of characterSets) {
    test(`MariaDB's ${characterSet} answers for names it cannot hold`, async (t) => {
      const name = `varchar(80) character set ${characterSet}`;
      const holds = characterSet === 'ascii' ? 'Ada' : 'Adélie';
      const directory = await directoryOf(t, mariadb, { name }, [`1, '${holds}', 'x', true`]);
      assert.equal((await directory.find(holds))?.id, '1');
      for (const other of ['Adelie', 'ada', 'Ælfgifu 🫐', 'Ωmega', '']) {
        assert.equal(await directory.find(other), undefined, other);
      }
    });
  }

  test("MariaDB's bit(1) and PostgreSQL's smallint for a flag", async (t) => {
    const rows = (off: string, on: string) => [
      `1, 'off', 'x', ${off}`,
      `2, 'on', 'x', ${on}`,
      "3, 'null', 'x', null",
    ];
    for (const directory of [
      await directoryOf(t, mariadb, { active: 'bit(1)' }, rows("b'0'", "b'1'")),
      await directoryOf(t, postgresql, { active: 'smallint' }, rows('0', '1')),
    ]) {
      assert.equal((await directory.find('off'))?.isActive, false);
      assert.equal((await directory.find('on'))?.isActive, true);
      assert.equal((await directory.find('null'))?.isActive, false);
    }
  });
});
