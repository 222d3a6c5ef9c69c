import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { isFailure } from '../../../src/failure.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';
import { password } from '../../servers/database-server.js';
import { startMariadb } from '../../servers/mariadb-server.js';
import { found, letsCurrentUsersIn, tables, type SiteCase } from './two-sites.js';

const [server, another] = await Promise.all([startMariadb(), startMariadb()]);
after(() => Promise.all([server.close(), another.close()]));

async function fill(on: typeof server, database: string, statements: readonly string[]): Promise<void> {
  await on.createDatabase(database);
  const admin = on.administrator(database);
  try {
    for (const statement of statements) await admin.raw(statement.replaceAll('?', '\\?'));
  } finally {
    await admin.destroy();
  }
}

await fill(server, 'old_site', tables('old'));
await fill(server, 'new_site', tables('current'));
await fill(server, 'views', [
  'create view auth_user as select * from new_site.auth_user',
  ...tables('current').slice(1, 8),
]);
await fill(another, 'new_site', tables('old'));

const plain = {
  ENGINE: 'django.db.backends.mysql',
  NAME: 'old_site',
  USER: 'site',
  PASSWORD: password,
  HOST: '127.0.0.1',
  PORT: String(server.port),
};

const databases = (entry: Readonly<Record<string, unknown>> = {}) =>
  `import json\nDATABASES = {'default': json.loads(r'''${JSON.stringify({ ...plain, ...entry })}''')}`;

const handler = (...statements: readonly string[]) => ({
  'people/__init__.py': `
from django.db.backends.signals import connection_created
def prepare(connection, **kwargs):
    with connection.cursor() as cursor:
        for statement in ${JSON.stringify(statements)}:
            cursor.execute(statement)
connection_created.connect(prepare)
`,
});

const letIn: Record<string, SiteCase> = {
  'the database of the settings': { settings: databases({ NAME: 'new_site' }) },
  'the database of init_command': {
    settings: databases({ OPTIONS: { init_command: 'USE new_site' } }),
  },
  'the database of a handler of connection_created': {
    settings: databases(),
    apps: ['people'],
    files: handler('USE new_site', "SET sql_mode = 'ANSI'"),
  },
  'a docstring that only speaks of a database': {
    settings: `${databases({ NAME: 'new_site' })}\nROOT_URLCONF = 'urls'`,
    files: { 'urls.py': '"""Use the admin site."""\nHELP = "Use the admin"\nurlpatterns = []' },
  },
};

const refused: Record<string, readonly [SiteCase, RegExp]> = {
  'another server': [
    {
      settings: databases({ ENGINE: 'pool', NAME: 'new_site', PORT: String(another.port) }),
      files: {
        'pool/__init__.py': '',
        'pool/base.py': `
from django.db.backends.mysql import base
class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, params):
        return super().get_new_connection(dict(params, port=${server.port}))
`,
      },
    },
    /own connection leads to a different database server/,
  ],
  'a table of the connection\u2019s own': [
    {
      settings: databases(),
      apps: ['people'],
      files: handler('CREATE TEMPORARY TABLE auth_user AS SELECT * FROM new_site.auth_user'),
    },
    /own connection finds different users in auth_user/,
  ],
  'a view': [
    { settings: databases({ NAME: 'views', OPTIONS: { init_command: "SET @tenant = 'a'" } }) },
    /auth_user is a view, and .* declare the database itself/,
  ],
  'a middleware that changes the database, named at the end': [
    {
      settings: `${databases({ NAME: 'new_site' })}\nMIDDLEWARE = ['tenancy.by_host']`,
      files: { 'tenancy.py': 'def by_host(get_response): return "USE " + get_response' },
    },
    /tenancy \(MIDDLEWARE\) may choose/,
  ],
  'a middleware that changes the database': [
    {
      settings: `${databases({ NAME: 'new_site' })}\nMIDDLEWARE = ['tenancy.by_host']`,
      files: { 'tenancy.py': 'SWITCH = "USE %s"\ndef by_host(get_response): return get_response' },
    },
    /tenancy \(MIDDLEWARE\) may choose .* declare the database itself/,
  ],
};

describe('the rows that the site reads are davgate\u2019s, MariaDB', () => {
  for (const [name, site] of Object.entries(letIn)) {
    test(name, async (t) => {
      await letsCurrentUsersIn(t, site);
    });
  }

  test('an option file', async (t) => {
    const file = join(temporaryFolder(t), 'my.cnf');
    const lines = [
      '[client]',
      'host = 127.0.0.1',
      `port = ${server.port}`,
      'user = site',
      'database = new_site',
    ];
    const secret = `password = "${password.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
    writeFileSync(file, [...lines, secret, ''].join('\n'));
    await letsCurrentUsersIn(t, {
      settings: databases({
        NAME: '',
        USER: '',
        PASSWORD: '',
        HOST: '',
        PORT: '',
        OPTIONS: { read_default_file: file },
      }),
    });
  });

  for (const [name, [site, message]] of Object.entries(refused)) {
    test(`refused: ${name}`, async (t) => {
      await assert.rejects(
        found(t, site),
        (error) => isFailure(error, 'not-implemented') && message.test(error.message),
        name,
      );
    });
  }
});
