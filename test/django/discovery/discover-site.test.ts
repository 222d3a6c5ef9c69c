import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { discoverSite } from '../../../src/django/discovery/discover-site.js';
import { defaultUserModel } from '../../../src/django/site.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';
import { djangos, python } from '../djangos.js';
import { djangoProject, settings } from './django-project.js';

const modern = (version: string) => Number.parseFloat(version) >= 4.1;

for (const django of djangos) {
  describe(`Django ${django.version}`, () => {
    test('the sample site', async (t) => {
      const folder = join(temporaryFolder(t), 'django-site');
      cpSync(resolve('repos-sample/django-site'), folder, {
        recursive: true,
        filter: (name) => !name.endsWith('.pyc'),
      });
      const found = await discoverSite({
        project: folder,
        settings: 'mysite.settings',
        python: django.python,
        environment: django.environment,
      });
      assert.equal(found.django, django.version);
      assert.match(found.python, /^3\.\d+\.\d+$/);
      assert.deepEqual(found.warnings, []);
      assert.deepEqual(found.site, {
        database: { kind: 'sqlite', file: join(folder, 'db.sqlite3') },
        user: defaultUserModel,
        hashers: [
          'pbkdf2_sha256',
          'pbkdf2_sha1',
          'argon2',
          'bcrypt_sha256',
          ...(modern(django.version) ? ['scrypt'] : []),
        ],
        secretKeys: ['davgate-sample-site-key-not-for-production'],
        sessions: {
          engine: 'db',
          cookieName: 'sessionid',
          cookieAge: 1_209_600,
          table: 'django_session',
          loginUrl: '/accounts/login/',
          backends: ['django.contrib.auth.backends.ModelBackend'],
        },
      });
    });

    test('SECRET_KEY_FALLBACKS count where Django knows them', async (t) => {
      const project = djangoProject(
        t,
        { 'settings.py': settings("SECRET_KEY_FALLBACKS = ['older', 'oldest']") },
        django,
      );
      const { site } = await project.discover();
      const keys = ['a key for tests', 'older', 'oldest'];
      assert.deepEqual(site.secretKeys, modern(django.version) ? keys : keys.slice(0, 1));
    });
  });
}

test('settings in a package, of another alias, with a path for a name', async (t) => {
  const { folder, discover } = djangoProject(t, {
    'conf/__init__.py': `
class Router:
    def db_for_read(self, model, **hints):
        return 'people'
`,
    'conf/live/__init__.py': '',
    'conf/live/site.py': settings(`
from pathlib import Path
DATABASES['people'] = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': Path('data') / 'people.sqlite3'}
DATABASE_ROUTERS = ['conf.Router']
`),
  });
  for (const alias of ['people', undefined]) {
    const { site, warnings } = await discover({ settings: 'conf.live.site', alias });
    assert.deepEqual(site.database, { kind: 'sqlite', file: join(folder, 'data/people.sqlite3') });
    assert.deepEqual(warnings, []);
  }
});

test('a router that draws lots among replicas', async (t) => {
  const { discover } = djangoProject(t, {
    'routing.py': `
import random
class Router:
    def db_for_read(self, model, **hints):
        return random.choice(['one', 'two'])
`,
    'settings.py': settings(`
DATABASES['one'] = dict(DATABASES['default'])
DATABASES['two'] = dict(DATABASES['default'])
DATABASE_ROUTERS = ['routing.Router']
`),
  });
  const { warnings } = await discover();
  assert.deepEqual(warnings, [
    "DATABASE_ROUTERS name several databases for auth.User (one, two); users are read from 'one' only.",
  ]);
  assert.deepEqual((await discover({ alias: 'two' })).warnings, []);
});

test('a site that prints, warns, and writes to its descriptors does not disturb', async (t) => {
  const { discover } = djangoProject(t, {
    'settings.py': settings(`
import os, sys, threading, time, subprocess, warnings
print('{"failure": "site"}' * 100000)
print('to standard error' * 100000, file=sys.stderr)
warnings.warn('beware')
for descriptor in range(3, 10):
    try:
        os.write(descriptor, b'{}') if descriptor == 3 else None
    except OSError:
        pass
assert sys.argv == [sys.argv[0]]
threading.Thread(target=time.sleep, args=(60,)).start()
subprocess.Popen(['sleep', '60'])
`),
  });
  const begin = performance.now();
  const { warnings } = await discover();
  assert.deepEqual(warnings, []);
  assert.ok(performance.now() - begin < 10_000, 'waits for nothing that the site has started');
});

test('nothing is written, not even the log that the site keeps', async (t) => {
  const { discover, files } = djangoProject(t, {
    'settings.py': settings(`
LOGGING = {
    'version': 1,
    'handlers': {'file': {'class': 'logging.FileHandler', 'filename': 'debug.log'}},
    'root': {'handlers': ['file'], 'level': 'DEBUG'},
}
`),
    'people/__init__.py': '',
  });
  const before = files();
  await discover();
  assert.deepEqual(files(), before);
});

test('the virtual environment of the project goes before python3', async (t) => {
  const { folder, discover } = djangoProject(t, {
    'settings.py': settings("import os; SESSION_COOKIE_NAME = os.environ['VIA']"),
  });
  const environment = { PATH: join(folder, 'bin') };
  const put = (name: string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), `#!/bin/sh\nVIA=${name} exec ${python} "$@"\n`, { mode: 0o755 });
  };
  const via = async (named?: string) =>
    (await discover({ python: named, environment })).site.sessions?.cookieName;
  put('bin/python3');
  put('bin/python3.99');
  symlinkSync('/nowhere', join(folder, '.venv'));
  assert.equal(await via(), 'bin/python3');
  put('venv/bin/python');
  assert.equal(await via(), 'venv/bin/python');
  assert.equal(await via('python3.99'), 'bin/python3.99');
  assert.equal(await via(join(folder, 'bin/python3')), 'bin/python3');
});

test('the environment is the one that is passed, with the settings of the declaration', async (t) => {
  const { discover } = djangoProject(t, {
    'settings.py': settings("import os; SESSION_COOKIE_NAME = ' '.join(sorted(os.environ))"),
  });
  const environment = { PATH: '/usr/bin', DJANGO_SETTINGS_MODULE: 'other', MYSITE: 'x', LC_CTYPE: 'C.UTF-8' };
  const { site } = await discover({ environment });
  assert.equal(
    site.sessions?.cookieName,
    'DJANGO_SETTINGS_MODULE LC_CTYPE MYSITE PATH PYTHONDONTWRITEBYTECODE',
  );
});
