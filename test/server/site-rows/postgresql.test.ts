import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { siteToDeclaration } from '../../../src/django/discovery/site-declaration.js';
import { parseDatabaseUrl } from '../../../src/database/database-url.js';
import { siteTables } from '../../../server/cli/check.js';
import { siteOf } from '../../../src/django/explicit-site.js';
import { isFailure } from '../../../src/failure.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';
import { djangoProject, settings } from '../../django/discovery/django-project.js';
import { djangos } from '../../django/djangos.js';
import { freePort } from '../../clients/helpers/free-port.js';
import { password } from '../../servers/database-server.js';
import { startPostgresql } from '../../servers/postgresql-server.js';
import { Relay } from '../../servers/relay.js';
import { found, letsCurrentUsersIn, tables, type SiteCase } from './two-sites.js';

const [server, another] = await Promise.all([startPostgresql(), startPostgresql()]);
after(() => Promise.all([server.close(), another.close()]));

const odd = String.raw`Site "B" \ $x é`;
const schemas = ['site_b', 'clerk', odd];
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

async function administer(on: typeof server, database: string, statements: readonly string[]): Promise<void> {
  const admin = on.administrator(database);
  try {
    for (const statement of statements) await admin.raw(statement.replaceAll('?', '\\?'));
  } finally {
    await admin.destroy();
  }
}

/** Ways to show users; what they show may depend on the session but for the last two. */
const kinds: readonly (readonly [kind: string, make: (name: string, stored: string) => readonly string[]])[] =
  [
    [
      'by_setting',
      (name, stored) => [
        `create view ${name} as select * from ${stored} where coalesce(current_setting('app.tenant', true), '') <> 'b'`,
      ],
    ],
    [
      'by_name',
      (name, stored) => [
        `create view ${name} as select * from ${stored} where current_setting('application_name') <> 'site' or id < 17`,
      ],
    ],
    [
      'by_wrapper',
      (name) => [
        'create extension if not exists file_fdw',
        `create server ${name.replace('.', '_')} foreign data wrapper file_fdw`,
        `create foreign table ${name} (id integer, username text, password text) server ${name.replace('.', '_')} options (filename '/dev/null')`,
      ],
    ],
    ['stored_once', (name, stored) => [`create materialized view ${name} as select * from ${stored}`]],
    [
      'in_parts',
      (name, stored) => [
        `create table ${name} (like ${stored}) partition by range (id)`,
        `create table ${name}_1 partition of ${name} for values from (0) to (100)`,
        `insert into ${name} select * from ${stored}`,
      ],
    ],
  ];

/** The old site's tables in `public`, the current one's in other schemas. */
await server.createDatabase('site');
await administer(server, 'site', [
  'create role clerk',
  'grant clerk to site',
  ...['by_role', 'guest'].map(
    (name) => `create role ${name} login password '${password.replaceAll("'", "''")}'`,
  ),
  'alter role by_role set search_path = site_b',
  ...tables('old'),
  ...schemas.flatMap((schema) => [
    `create schema ${quoted(schema)}`,
    ...tables('current', `${quoted(schema)}.`),
    `grant usage on schema ${quoted(schema)} to public`,
    `grant select on all tables in schema ${quoted(schema)} to public`,
  ]),
  'create schema views',
  'create view views.auth_user as select * from site_b.auth_user',
  'grant usage on schema views to public',
  'grant select on views.auth_user to public',
  ...kinds.flatMap(([kind, make]) => [
    `create schema ${kind}`,
    ...tables('current', `${kind}.`),
    `alter table ${kind}.auth_user rename to everybody`,
    ...make(`${kind}.auth_user`, `${kind}.everybody`),
    `grant usage on schema ${kind} to public`,
    `grant select on all tables in schema ${kind} to public`,
  ]),
  'create schema links',
  ...tables('current', 'links.'),
  'insert into links.auth_user_groups values (1, 1, 1)',
  'grant usage on schema links to public',
  'grant select on all tables in schema links to public',
  'revoke execute on function pg_control_system() from public',
  'create schema secured',
  ...tables('current', 'secured.'),
  'alter table secured.auth_user enable row level security',
  "create policy most on secured.auth_user using (username <> 'ghost')",
  'grant usage on schema secured to public',
  'grant select on all tables in schema secured to public',
  'grant select on all tables in schema public to public',
]);
await server.createDatabase('by_database');
await administer(server, 'by_database', [
  ...tables('old'),
  'create schema site_b',
  ...tables('current', 'site_b.'),
  'grant usage on schema site_b to public',
  'grant select on all tables in schema site_b to public',
  'alter database by_database set search_path = site_b',
]);
// Of the same name on another server: the old site's.
await another.createDatabase('site');
await administer(another, 'site', [
  ...tables('old'),
  'grant select on all tables in schema public to public',
]);

interface Entry {
  readonly [key: string]: unknown;
  readonly OPTIONS?: Readonly<Record<string, unknown>>;
}

/** DATABASES in Python, with what differs from the plain connection. */
function databases(entry: Entry = {}, others: Readonly<Record<string, Entry>> = {}): string {
  const plain = {
    ENGINE: 'django.db.backends.postgresql',
    NAME: 'site',
    USER: 'site',
    PASSWORD: password,
    HOST: '127.0.0.1',
    PORT: String(server.port),
  };
  const all = { default: { ...plain, ...entry } };
  const more = Object.entries(others).map(([alias, other]) => [alias, { ...plain, ...other }] as const);
  return `import json\nDATABASES = json.loads(r'''${JSON.stringify({ ...all, ...Object.fromEntries(more) })}''')`;
}

const inSiteB = { OPTIONS: { options: '-c search_path=site_b' } };

const handler = (statements: string) => ({
  'people/__init__.py': `
from django.db.backends.signals import connection_created
def prepare(connection, **kwargs):
    with connection.cursor() as cursor:
        cursor.execute("""${statements}""")
connection_created.connect(prepare)
`,
});

const engine = (body: string) => ({
  'pool/__init__.py': '',
  'pool/base.py': `
from django.db.backends.postgresql import base
class DatabaseWrapper(base.DatabaseWrapper):
${body}
`,
});

const router = (body: string) => ({ 'routing.py': body });

const newer = djangos.find(({ version }) => Number.parseFloat(version) >= 4.2);

const letIn: Record<string, SiteCase> = {
  'a search_path in OPTIONS': { settings: databases(inSiteB) },
  'a search_path in PGOPTIONS': {
    settings: databases(),
    environment: { PGOPTIONS: '-c search_path=site_b' },
  },
  'a search_path of the role': { settings: databases({ USER: 'by_role' }) },
  'a search_path of the database': { settings: databases({ NAME: 'by_database' }) },
  'a search_path that a handler of connection_created sets': {
    settings: databases(),
    apps: ['people'],
    files: handler('SET search_path TO site_b'),
  },
  'a search_path that an engine sets as a connection begins': {
    settings: databases({ ENGINE: 'pool' }),
    files: engine(`
    def init_connection_state(self):
        super().init_connection_state()
        with self.connection.cursor() as cursor:
            cursor.execute('SET search_path = site_b, public')`),
  },
  'a search_path that an engine sets for each cursor': {
    settings: databases({ ENGINE: 'pool' }),
    files: engine(`
    def create_cursor(self, name=None):
        cursor = super().create_cursor(name)
        cursor.execute('SET search_path = site_b')
        return cursor`),
  },
  'a schema with odd characters': {
    settings: databases({
      OPTIONS: { options: `-c search_path=${quoted(odd).replace(/[\s\\]/g, '\\$&')}` },
    }),
  },
  'a role that a handler takes on, and its schema': {
    settings: databases(),
    apps: ['people'],
    files: handler('SET ROLE clerk'),
  },
  'a materialized view': { settings: databases({ OPTIONS: { options: '-c search_path=stored_once' } }) },
  'a table in parts': { settings: databases({ OPTIONS: { options: '-c search_path=in_parts' } }) },
  'a session that is not in autocommit': { settings: databases({ ...inSiteB, AUTOCOMMIT: false }) },
  'texts that only speak of other schemas, roles and requests': {
    settings: `${databases(inSiteB)}
ROOT_URLCONF = 'urls'
MIDDLEWARE = ['tenancy.ByHost']
DATABASE_ROUTERS = ['routing.Router']`,
    files: {
      'urls.py': '"""Use the admin site for everything."""\nfrom views import index\nurlpatterns = []',
      'views.py': `from django.conf import settings
from django.db import connection
def index(request):
    '''Does not SET ROLE.
    SET ROLE clerk
    '''
    name = settings.DATABASES['default'].get('NAME') or connection.settings_dict['NAME']
    return 'Set role', 'Use the admin', {alias: 1 for alias in settings.DATABASES}, name
`,
      'tenancy.py':
        '# never touches search_path itself\nclass ByHost:\n    def __init__(self, get_response): pass\n',
      'routing.py': `# may log the request
class Router:
    '''Not for a tenant: see threading.'''
    def db_for_read(self, model, **hints):
        return 'tenants' if model._meta.app_label == 'tenants' else 'default'
`,
    },
  },
  'a schema by request, which the declaration names': {
    settings: databases({ ENGINE: 'pool' }),
    files: engine('    def set_schema(self, name): pass'),
    declared: { searchPath: ['site_b'] },
  },
  'users that a router sends elsewhere': {
    settings: `${databases({}, { people: inSiteB })}\nDATABASE_ROUTERS = ['routing.Router']`,
    files: router('class Router:\n    def db_for_read(self, model, **hints):\n        return "people"'),
  },
  'users whose manager reads elsewhere': {
    settings: `${databases({}, { people: inSiteB })}\nDATABASE_ROUTERS = ['routing.Router']\nAUTH_USER_MODEL = 'people.Person'`,
    apps: ['people'],
    files: {
      'people/__init__.py': '',
      'people/models.py': `
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
class Person(AbstractBaseUser):
    username = models.CharField(max_length=150, unique=True)
    is_active = models.BooleanField(default=True)
    last_login = None
    USERNAME_FIELD = 'username'
    objects = BaseUserManager().db_manager('people')
    class Meta:
        db_table = 'auth_user'
`,
      ...router(`class Router:
    def db_for_read(self, model, **hints):
        return None`),
    },
  },
  'one of several hosts that answers': {
    settings: databases({
      ...inSiteB,
      HOST: '127.0.0.1,127.0.0.1',
      PORT: `${await freePort()},${server.port}`,
    }),
  },
  'an engine that connects elsewhere than the settings say': {
    settings: databases({ ENGINE: 'pool', ...inSiteB, PORT: String(another.port) }),
    files: engine(`
    def get_new_connection(self, params):
        return super().get_new_connection(dict(params, port=${server.port}))`),
  },
  ...(newer && {
    assume_role: {
      settings: databases({ OPTIONS: { assume_role: 'clerk' } }),
      django: newer,
    },
  }),
};

describe('the rows that the site reads are davgate\u2019s, PostgreSQL', () => {
  for (const [name, site] of Object.entries(letIn)) {
    test(name, async (t) => {
      await letsCurrentUsersIn(t, site);
    });
  }

  test('a service file, with a file of passwords', async (t) => {
    const folder = temporaryFolder(t);
    const passwordFile = join(folder, 'pass');
    writeFileSync(passwordFile, `*:*:*:site:${password.replace(/[:\\]/g, '\\$&')}\n`, { mode: 0o600 });
    chmodSync(passwordFile, 0o600);
    const service = join(folder, 'services');
    writeFileSync(
      service,
      [
        '[live]',
        'host=127.0.0.1',
        `port=${server.port}`,
        'dbname=site',
        'user=site',
        'options=-c search_path=site_b',
        '',
      ].join('\n'),
    );
    const environment = { PGSERVICEFILE: service, PGPASSFILE: passwordFile };
    const empty = { NAME: '', USER: '', PASSWORD: '', HOST: '', PORT: '' };
    await letsCurrentUsersIn(t, {
      settings: databases({ ...empty, OPTIONS: { service: 'live' } }),
      environment: { ...environment, PGDATABASE: 'site' },
      ...(newer && { django: newer }),
    });
  });

  test('what is discovered can be declared', async (t) => {
    const { site } = await found(t, { settings: databases(inSiteB), files: {}, apps: [] });
    const { database } = siteToDeclaration(site, { secrets: true });
    assert.match(database, /\?search_path=site_b$/);
    assert.deepEqual(parseDatabaseUrl(database, '/'), site.database);
  });
});

test('a declared database: check says which users are read, and warns of others', async () => {
  const plain = server.server({ user: 'site', password, database: 'site' });
  const site = siteOf({ database: 'postgresql://db/name' }, '/');
  const of = (searchPath?: readonly string[]) => {
    const location = { kind: 'postgresql', server: { ...plain, tls: undefined } } as const;
    const database = searchPath ? { ...location, server: { ...location.server, searchPath } } : location;
    return siteTables({ ...site, database }, true);
  };
  const { words, warnings } = await of(['site_b']);
  assert.equal(words, 'Users: auth_user is site_b.auth_user in the database site.\n');
  assert.match(
    warnings.join(),
    /users in other schemas too \(.*public\.auth_user.*\); davgate reads site_b\.auth_user/,
  );
  assert.equal((await of()).words, 'Users: auth_user is public.auth_user in the database site.\n');
});

const refused: Record<string, readonly [SiteCase, RegExp]> = {
  'an engine that changes the schema by request': [
    {
      settings: databases({ ENGINE: 'pool', ...inSiteB }),
      files: engine('    def set_schema(self, name): pass'),
    },
    /The engine of its database \(pool\.base\.set_schema\) may choose .* "searchPath"/,
  ],
  'a middleware that does': [
    {
      settings: `${databases(inSiteB)}\nMIDDLEWARE = ['tenancy.by_host']`,
      files: {
        'tenancy.py': 'SWITCH = "SET search_path TO %s"\ndef by_host(get_response): return get_response',
      },
    },
    /tenancy \(MIDDLEWARE\) may choose .* "searchPath"/,
  ],
  'a receiver of request_started that does': [
    {
      settings: databases(inSiteB),
      apps: ['people'],
      files: {
        'people/__init__.py': `
from django.core.signals import request_started
def switch(**kwargs):
    kwargs['connection'].cursor().execute('SET ROLE x')
request_started.connect(switch)
`,
      },
    },
    /people \(a receiver of request_started\) may choose/,
  ],
  'a table of the connection\u2019s own': [
    {
      settings: databases(),
      apps: ['people'],
      files: handler('CREATE TEMPORARY TABLE auth_user AS SELECT * FROM site_b.auth_user'),
    },
    /The table auth_user is pg_temp_\d+\.auth_user \(number \d+\) for the site’s own connection, public\.auth_user/,
  ],
  'row-level security': [
    { settings: databases({ USER: 'guest', OPTIONS: { options: '-c search_path=secured' } }) },
    /The visible rows of auth_user depend on the session that reads it/,
  ],
  'rows that are rewritten on the way': [
    {
      settings: databases(),
      apps: ['people'],
      files: {
        'people/__init__.py': `
from django.db.backends.signals import connection_created
def rewrite(execute, sql, params, many, context):
    return execute(sql.replace('from "auth_user"', 'from site_b."auth_user"'), params, many, context)
def prepare(connection, **kwargs):
    connection.execute_wrappers.append(rewrite)
connection_created.connect(prepare)
`,
      },
    },
    /The site’s own connection finds different users in auth_user/,
  ],
  ...Object.fromEntries(
    Object.entries({ by_setting: 'view', by_name: 'view', by_wrapper: 'foreign table' }).map(
      ([schema, kind]) => [
        `users ${schema}`,
        [
          { settings: databases({ OPTIONS: { options: `-c search_path=${schema} -c app.tenant=a` } }) },
          new RegExp(`auth_user is a ${kind}, and .* declare the database itself`),
        ] as const,
      ],
    ),
  ),
  ...Object.fromEntries(
    Object.entries({
      'users in between': ['limit 1000000', 'limit 0'],
      'links of users and groups': [
        'from "auth_user_groups"',
        'from (select 1 as group_id, 1 as user_id where false) x',
      ],
      'as many links, with other groups': [
        'from "auth_user_groups"',
        'from (select 2 as group_id, 1 as user_id) x',
      ],
      'permissions of groups': ['from "auth_group_permissions"', 'from (select 2 as permission_id) x'],
    }).map(([name, [from, to]]) => [
      `${name} that are rewritten on the way`,
      [
        {
          settings: databases({ OPTIONS: { options: '-c search_path=links' } }),
          apps: ['people'],
          files: {
            'people/__init__.py': `
from django.db.backends.signals import connection_created
def rewrite(execute, sql, params, many, context):
    return execute(sql.replace('${from}', '${to}'), params, many, context)
def prepare(connection, **kwargs):
    connection.execute_wrappers.append(rewrite)
connection_created.connect(prepare)
`,
          },
        },
        /The site’s own connection finds different users in auth_user/,
      ] as const,
    ]),
  ),
  'a router that asks a module of the site\u2019s for the request': [
    {
      settings: `${databases({}, { people: inSiteB })}\nDATABASE_ROUTERS = ['routing.Router']`,
      files: {
        ...router(
          'from keeping import chosen\nclass Router:\n    def db_for_read(self, model, **hints):\n        return chosen()',
        ),
        'keeping.py': 'import threading\nkept = threading.local()\ndef chosen(): return None',
      },
    },
    /routing\.Router of DATABASE_ROUTERS may choose by the current request/,
  ],
  'a router that chooses by request': [
    {
      settings: `${databases({}, { people: inSiteB })}\nDATABASE_ROUTERS = ['routing.Router']`,
      files: router(
        'import threading\nclass Router:\n    def db_for_read(self, model, **hints):\n        return None',
      ),
    },
    /routing\.Router of DATABASE_ROUTERS may choose by the current request: .* "alias"/,
  ],
  'another alias than the site\u2019s': [
    { settings: databases(inSiteB, { old: {} }), declared: { alias: 'old' } },
    /reads auth\.User from the database 'default', and the declaration names 'old': leave "alias" out/,
  ],
  'groups that are elsewhere': [
    {
      settings: `${databases({}, { people: inSiteB })}\nDATABASE_ROUTERS = ['routing.Router']`,
      files: router(`class Router:
    def db_for_read(self, model, **hints):
        return "people" if model._meta.model_name == 'user' else None`),
    },
    /reads users from the database 'people' and auth\.\w+ from 'default'/,
  ],
  'searchPath for a site that has no such schema': [
    { settings: databases(inSiteB), declared: { searchPath: ['nowhere'] } },
    /The schemas of "searchPath" have no table auth_user\./,
  ],
};

/** What a middleware may do to read other rows. */
const switches: Record<string, string> = {
  'SET SCHEMA': `cursor.execute("SET SCHEMA 'b'")`,
  'SET SESSION AUTHORIZATION': 'cursor.execute("SET SESSION AUTHORIZATION tenant_b")',
  'SET LOCAL ROLE': 'cursor.execute("BEGIN; SET LOCAL ROLE %s" % host)',
  'set role, in an f-string': 'cursor.execute(f"set role {host}")',
  'set role, put together': 'cursor.execute("SET ROLE " + host)',
  set_config: `cursor.execute("SELECT set_config('app.tenant', %s, false)", [host])`,
  'another name': "connections['default'].settings_dict['NAME'] = host",
  'other options': "connections['default'].settings_dict['OPTIONS'].update(options=host)",
  'another dictionary': "vars(connections['default']).update(settings_dict=host)",
  'a dictionary by another name': "entry = connection.settings_dict; entry['NAME'] = host",
  'another entry': "connections.databases['default'] = host",
  'another connection': "connections['default'] = host",
  'another setting': "settings.DATABASES['default']['NAME'] = host",
};

/** The same in the middleware, and in a module that one imports that it imports. */
const middlewares = Object.entries(switches).flatMap(([name, statement], index) => {
  const change = `
from django.conf import settings
from django.db import connection, connections
def change(host):
    cursor = connection.cursor()
    ${statement}
`;
  const importing = (from: string) =>
    `from ${from} import change\ndef by_host(get_response): return change\n`;
  return [
    [
      `${name}, by a middleware`,
      { 'tenancy/__init__.py': '', 'tenancy/hosts.py': `${change}by_host = change` },
    ],
    ...(index % 6 !== 0
      ? []
      : [
          [
            `${name}, by a module of the site\u2019s`,
            {
              'tenancy/__init__.py': '',
              'tenancy/hosts.py': importing('.more'),
              'tenancy/more/__init__.py': 'def change(host):\n    from switching import change',
              'switching.py': change,
            },
          ] as const,
        ]),
  ] as const;
});

describe('a choice by request is refused, PostgreSQL', () => {
  for (const [name, files] of middlewares) {
    test(name, async (t) => {
      const site = { settings: `${databases(inSiteB)}\nMIDDLEWARE = ['tenancy.hosts.by_host']`, files };
      await assert.rejects(
        found(t, site),
        (error) =>
          isFailure(error, 'not-implemented') &&
          /(tenancy\.hosts \(MIDDLEWARE|switching \(MIDDLEWARE, by tenancy\.hosts)\) may choose/.test(
            error.message,
          ),
      );
    });
  }
});

describe('other rows are refused, PostgreSQL', () => {
  for (const [name, [site, message]] of Object.entries(refused)) {
    test(name, async (t) => {
      await assert.rejects(
        found(t, site),
        (error) => isFailure(error, 'not-implemented') && message.test(error.message),
        name,
      );
    });
  }

  test('a database that does not answer the site', async (t) => {
    const port = String(await freePort());
    await assert.rejects(
      found(t, { settings: databases({ PORT: port }) }),
      (error) =>
        isFailure(error, 'unavailable') &&
        /cannot read its own database: OperationalError: .*refused.*In other words, nothing listens for database site at 127\.0\.0\.1:\d+: start the server/s.test(
          error.message,
        ),
    );
  });

  const troubles: Record<string, readonly [Entry, RegExp]> = {
    'a wrong password': [
      { PASSWORD: 'wrong' },
      /In other words, database site at .* refuses the user or the password/,
    ],
    'a database that is not there': [{ NAME: 'none' }, /In other words, there is no database none at/],
    'a server without TLS': [
      { OPTIONS: { sslmode: 'require' } },
      /In other words, database site at .* does not support TLS/,
    ],
    'a host that nobody knows': [
      { HOST: 'no-such.invalid' },
      /In other words, the host of database site .* is not known/,
    ],
  };
  for (const [name, [entry, message]] of Object.entries(troubles)) {
    test(`not reached by the site: ${name}`, async (t) => {
      await assert.rejects(
        found(t, { settings: databases(entry) }),
        (error) => isFailure(error, 'unavailable') && message.test(error.message),
      );
    });
  }

  test('a database that falls silent does not hold up the start', async (t) => {
    const relay = new Relay(server.port);
    const port = await relay.listen();
    t.after(() => {
      relay.close();
    });
    relay.fallSilent();
    const { discover } = djangoProject(t, { 'settings.py': settings(databases({ PORT: String(port) })) });
    const { seen } = await discover({ timeout: 8000 });
    assert.match('trouble' in seen ? seen.trouble : '', /^it did not answer within \d\.\d s\.$/);
  });

  test('sessions that are elsewhere are not read', async (t) => {
    const { site, warnings } = await found(t, {
      settings: `${databases(inSiteB, { old: {} })}\nDATABASE_ROUTERS = ['routing.Router']`,
      files: router(`class Router:
    def db_for_read(self, model, **hints):
        return "old" if model._meta.model_name == 'session' else None`),
    });
    assert.equal(site.sessions, undefined);
    assert.match(
      warnings.join(),
      /Sessions of the site are not read: they are in the database 'old', and users in 'default'/,
    );
  });
});
