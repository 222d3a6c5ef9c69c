import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { isFailure } from '../../../src/failure.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';
import { djangoProject, settings } from '../../django/discovery/django-project.js';
import { found, letsCurrentUsersIn, tables, type SiteCase } from './two-sites.js';

/** Files of the current site, of the old one and of none. */
function files(t: TestContext) {
  const folder = temporaryFolder(t);
  const make = (name: string, statements: readonly string[]) => {
    const database = new Database(join(folder, name));
    for (const statement of statements) database.exec(statement);
    database.close();
    return join(folder, name);
  };
  return {
    folder,
    current: make('current.sqlite3', tables('current')),
    old: make('old.sqlite3', tables('old')),
    view: make('view.sqlite3', [
      ...tables('current'),
      'alter table auth_user rename to everybody',
      'create view auth_user as select * from everybody',
    ]),
    empty: make('empty.sqlite3', ['create table other (id integer)']),
  };
}

type Files = ReturnType<typeof files>;

const databases = (name: string, more: Readonly<Record<string, unknown>> = {}) =>
  `import json\nDATABASES = {'default': json.loads(r'''${JSON.stringify({ ENGINE: 'django.db.backends.sqlite3', NAME: name, ...more })}''')}`;

const handler = (statement: string) => ({
  'people/__init__.py': `
from django.db.backends.signals import connection_created
def prepare(connection, **kwargs):
    connection.connection.execute("""${statement}""")
connection_created.connect(prepare)
`,
});

const engine = (body: string) => ({
  'pool/__init__.py': '',
  'pool/base.py': `from django.db.backends.sqlite3 import base\nclass DatabaseWrapper(base.DatabaseWrapper):\n${body}\n`,
});

const letIn: Record<string, (files: Files) => SiteCase> = {
  'a path': ({ current }) => ({ settings: databases(current) }),
  'a URI': ({ current }) => ({ settings: databases(`file:${current}?mode=rw`) }),
  'a symbolic link': ({ folder, current }) => {
    symlinkSync(current, join(folder, 'link'));
    return { settings: databases(join(folder, 'link')) };
  },
  'another database attached behind it': ({ current, old }) => ({
    settings: databases(current),
    apps: ['people'],
    files: handler(`attach '${old}' as old`),
  }),
};

const refused: Record<string, readonly [(files: Files) => SiteCase, RegExp]> = {
  'tables of an attached database': [
    ({ empty, current }) => ({
      settings: databases(empty),
      apps: ['people'],
      files: handler(`attach '${current}' as live`),
    }),
    /The table auth_user is live\.auth_user for the site’s own connection, not there for davgate’s/,
  ],
  'a temporary view': [
    ({ old, current }) => ({
      settings: databases(old),
      apps: ['people'],
      files: {
        'people/__init__.py': `
from django.db.backends.signals import connection_created
def prepare(connection, **kwargs):
    connection.connection.execute("attach '${current}' as live")
    connection.connection.execute('create temp view auth_user as select * from live.auth_user')
connection_created.connect(prepare)
`,
      },
    }),
    /The table auth_user is temp\.auth_user for the site’s own connection, main\.auth_user for davgate’s/,
  ],
  'a middleware that opens another file by request': [
    ({ current }) => ({
      settings: `${databases(current)}\nMIDDLEWARE = ['tenancy.by_host']`,
      files: {
        'tenancy.py': `from django.db import connection
def by_host(get_response):
    connection.settings_dict['NAME'] = get_response`,
      },
    }),
    /tenancy \(MIDDLEWARE\) may choose .* declare the database itself/,
  ],
  'a view': [({ view }) => ({ settings: databases(view) }), /auth_user is a view, and/],
  'an engine that opens another file': [
    ({ old, current }) => ({
      settings: databases(old, { ENGINE: 'pool' }),
      files: engine(
        `    def get_connection_params(self):\n        return dict(super().get_connection_params(), database='${current}')`,
      ),
    }),
    /opens a different database file/,
  ],
};

describe('the rows that the site reads, SQLite', () => {
  for (const [name, site] of Object.entries(letIn)) {
    test(name, async (t) => {
      await letsCurrentUsersIn(t, site(files(t)));
    });
  }
  for (const [name, [site, message]] of Object.entries(refused)) {
    test(`refused: ${name}`, async (t) => {
      await assert.rejects(
        found(t, site(files(t))),
        (error) => isFailure(error, 'not-implemented') && message.test(error.message),
        name,
      );
    });
  }

  test('a missing file is not made, and nothing is written', async (t) => {
    const {
      folder,
      discover,
      files: present,
    } = djangoProject(t, {
      'settings.py': settings(databases('absent.sqlite3')),
    });
    const before = present();
    const { seen } = await discover();
    assert.ok(
      'trouble' in seen && seen.trouble.includes('unable to open database file'),
      JSON.stringify(seen),
    );
    assert.deepEqual(present(), before, folder);
  });

  test('a file that the site has not made yet: what is wrong, where, and what to do', async (t) => {
    await assert.rejects(
      found(t, { settings: databases('absent.sqlite3') }),
      (error) =>
        isFailure(error, 'unavailable') &&
        /unable to open database file\nIn other words, the file \/.*\/absent\.sqlite3 does not exist: correct its name, or have the site create it\./.test(
          error.message,
        ),
    );
  });

  test('a change that a handler would make is refused by the file', async (t) => {
    const { old } = files(t);
    await assert.rejects(
      found(t, { settings: databases(old), apps: ['people'], files: handler('delete from auth_user') }),
      (error) =>
        isFailure(error, 'unavailable') && error.message.includes('attempt to write a readonly database'),
    );
  });
});
