import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, nothing, refused } from './database-reports.js';
import { djangos } from '../djangos.js';
import { djangoProject, settings } from './django-project.js';

describe('SQLite', () => {
  const files = {
    'db.sqlite3': '/srv/site/db.sqlite3',
    '/var/lib/site.db': '/var/lib/site.db',
    'file:data/a%20b.db?mode=ro': '/srv/site/data/a b.db',
    'file:/var/a%20b.db': '/var/a b.db',
    'file:///var/site.db?cache=shared': '/var/site.db',
  } as const;
  for (const [name, file] of Object.entries(files)) {
    test(name, () => {
      assert.deepEqual(found('sqlite3', { name }).location, { kind: 'sqlite', file });
    });
  }

  test('no file', () => {
    assert.throws(() => found('sqlite3', { name: '' }), refused(/does not name a database/));
    for (const name of [':memory:', 'file::memory:?cache=shared', 'file:x?mode=memory']) {
      assert.throws(() => found('sqlite3', { name }), refused(/memory/));
    }
  });
});

describe('engines', () => {
  test('by other names', () => {
    assert.equal(
      found('x', { engine: 'django.contrib.gis.db.backends.postgis' }).location.kind,
      'postgresql',
    );
    assert.equal(found('x', { engine: 'pool.backends.mysql', vendor: 'mysql' }).location.kind, 'mysql');
    for (const engine of ['oracle', 'dummy']) {
      assert.throws(() => found(engine, {}), refused(new RegExp(`engine django.db.backends.${engine}`)));
    }
    assert.throws(
      () => found('x', { vendor: 'microsoft' }),
      refused(/supports SQLite, PostgreSQL and MySQL/),
    );
  });
});

for (const django of djangos) {
  describe(`DATABASES of Django ${django.version}`, () => {
    const discovering = async (t: Parameters<typeof djangoProject>[0], databases: string, alias?: string) =>
      djangoProject(
        t,
        {
          'settings.py': settings(databases),
          'pool/__init__.py':
            'class Router:\n    def db_for_read(self, model, **hints):\n        return "x"\n',
          'pool/base.py': 'from django.db.backends.sqlite3.base import *',
        },
        django,
      ).discover({ alias });

    test('PostgreSQL', async (t) => {
      const { site, warnings } = await discovering(
        t,
        `
from pathlib import Path
DATABASES['default'] = {
    'ENGINE': 'django.db.backends.postgresql', 'NAME': 'site', 'USER': 'clerk', 'PASSWORD': 'p@ss/w\u00f6rd',
    'HOST': 'db.example', 'PORT': 5433,
    'OPTIONS': {'sslmode': 'verify-full', 'sslrootcert': Path('certs') / 'ca.pem', 'isolation_level': 2},
}`,
      );
      assert.deepEqual(warnings, []);
      const { database } = site;
      assert.ok(database.kind === 'postgresql');
      const { tls, ...rest } = database.server;
      assert.deepEqual(rest, {
        host: 'db.example',
        port: 5433,
        socket: undefined,
        user: 'clerk',
        password: 'p@ss/w\u00f6rd',
        database: 'site',
      });
      assert.equal(tls?.verify, true);
      assert.match(tls.caFile ?? '', /\/certs\/ca\.pem$/);
    });

    test('MySQL', async (t) => {
      const { site } = await discovering(
        t,
        `
DATABASES['default'] = {
    'ENGINE': 'django.db.backends.mysql', 'NAME': 'site', 'HOST': '/run/my.sock',
    'OPTIONS': {'charset': 'utf8mb4', 'ssl': {'ca': '/ca.pem'}},
}`,
      );
      assert.deepEqual(site.database, {
        kind: 'mysql',
        server: { ...nothing, socket: '/run/my.sock', database: 'site' },
      });
    });

    test('an engine of somebody else\u2019s', async (t) => {
      const { site } = await discovering(t, "DATABASES['default']['ENGINE'] = 'pool'");
      assert.equal(site.database.kind, 'sqlite');
    });

    test('an alias that is not there, or without an engine', async (t) => {
      await assert.rejects(
        discovering(t, '', 'people'),
        refused(/DATABASES has no 'people'; it has default\./),
      );
      for (const [entry, engine] of [
        ['{}', 'dummy'],
        ["{'ENGINE': 'django.db.backends.oracle', 'NAME': 'x'}", 'oracle'],
      ] as const) {
        await assert.rejects(
          discovering(t, `DATABASES['x'] = ${entry}\nDATABASE_ROUTERS = ['pool.Router']`, 'x'),
          refused(new RegExp(`engine django.db.backends.${engine}`)),
        );
      }
    });
  });
}
