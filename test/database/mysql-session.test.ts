import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { beginSession, type MysqlConnection } from '../../src/database/mysql-session.js';
import { isFailure } from '../../src/failure.js';
import { startMariadb } from '../servers/mariadb-server.js';
import { database, servedDirectory, servedSite } from '../django/served-site.js';

const server = await startMariadb();
after(() => server.close());
await servedSite(server);
const administrator = server.administrator(database);
after(() => administrator.destroy());

/** An error, were it SQL: a subquery of two rows. */
const statement = "' or 1 = (select 1 union select 2) -- ";
/** Its bytes in UTF-8, read as GBK or Shift_JIS, swallow a backslash before the quotation mark. */
const names = [
  statement,
  `中${statement}`,
  `é${statement}`,
  `ア${statement}`,
  `\\${statement}`,
  `'${statement}`,
];

const settings = [
  {},
  { sql_mode: 'NO_BACKSLASH_ESCAPES' },
  { sql_mode: 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT,PAD_CHAR_TO_FULL_LENGTH' },
  { init_connect: 'SET NAMES gbk' },
  { init_connect: 'SET NAMES sjis' },
  { init_connect: "SET character_set_connection = big5, sql_mode = 'NO_BACKSLASH_ESCAPES'" },
];

describe('a user name is never a part of a statement, MariaDB', () => {
  for (const wanted of settings) {
    test(JSON.stringify(wanted), async (t) => {
      for (const [name, value] of Object.entries({ sql_mode: '', init_connect: '', ...wanted })) {
        await administrator.raw(`set global ${name} = ?`, [value]);
      }
      const { knex, directory } = servedDirectory(server);
      t.after(() => knex.destroy());
      assert.equal((await directory.find('both'))?.username, 'both');
      for (const name of names) {
        assert.equal(await directory.find(name), undefined, name);
        assert.equal(await directory.findById(name), undefined, name);
        const asked = { groups: [name], permissions: [`auth.${name}`], staff: false, superusers: false };
        assert.deepEqual((await directory.members(asked)).groups, new Map());
        assert.equal(await directory.passwordSample([name]), undefined, name);
      }
      await administrator('auth_user').where({ username: 'plain' }).update({ username: `O\\'中` });
      try {
        assert.equal((await directory.find(`O\\'中`))?.username, `O\\'中`);
      } finally {
        await administrator('auth_user').where({ username: `O\\'中` }).update({ username: 'plain' });
      }
    });
  }
});

test('a session that does not take its settings is not used', async () => {
  const stubborn: MysqlConnection = {
    query: (sql, _values, done) =>
      done?.(
        null,
        typeof sql === 'string' && sql.startsWith('select')
          ? [{ state: 'NO_BACKSLASH_ESCAPES,gbk,gbk,gbk' }]
          : [],
      ),
    execute: () => assert.fail(),
  };
  const error = await new Promise((resolve) => {
    beginSession(stubborn, resolve);
  });
  assert.ok(isFailure(error, 'unavailable') && error.message.includes('"NO_BACKSLASH_ESCAPES,gbk,gbk,gbk"'));
});
