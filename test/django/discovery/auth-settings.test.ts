import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { isFailure } from '../../../src/failure.js';
import { debian, djangos } from '../djangos.js';
import { djangoProject, settings, withUserModel } from './django-project.js';

const own = {
  'own.py': `
from django.contrib.auth import hashers
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.sessions.backends.db import SessionStore

class Slower(hashers.PBKDF2PasswordHasher):
    iterations = 5000000

class Wrapped(hashers.PBKDF2PasswordHasher):
    algorithm = 'pbkdf2_wrapped_md5'

class OtherDigest(hashers.PBKDF2PasswordHasher):
    from hashlib import sha512 as digest

class OwnHasher(hashers.BasePasswordHasher):
    algorithm = 'own'

class Card(BaseBackend):
    pass

class Model(ModelBackend):
    pass

class Serializer:
    pass
`,
};

async function discovered(t: TestContext, more: string, django = debian, files: Record<string, string> = {}) {
  return djangoProject(t, { 'settings.py': settings(more), ...own, ...files }, django).discover();
}

describe('PASSWORD_HASHERS', () => {
  const django = (names: readonly string[]) => names.map((name) => `django.contrib.auth.hashers.${name}`);
  const cases: Record<string, readonly [readonly string[], readonly string[], readonly RegExp[]]> = {
    'in their order': [
      django(['Argon2PasswordHasher', 'PBKDF2PasswordHasher', 'BCryptPasswordHasher', 'MD5PasswordHasher']),
      ['argon2', 'pbkdf2_sha256', 'bcrypt', 'md5'],
      [],
    ],
    'one that the site only tunes is what it was': [
      ['own.Slower', ...django(['PBKDF2PasswordHasher'])],
      ['pbkdf2_sha256'],
      [],
    ],
    'those that work otherwise are left out': [
      ['own.Wrapped', 'own.OtherDigest', 'own.OwnHasher', 'own.Missing', ...django(['MD5PasswordHasher'])],
      ['md5'],
      [/own\.Missing, which cannot be imported/, /own\.Wrapped/, /own\.OtherDigest/, /own\.OwnHasher/],
    ],
  };
  for (const [name, [paths, algorithms, warnings]] of Object.entries(cases)) {
    test(name, async (t) => {
      const found = await discovered(t, `PASSWORD_HASHERS = ${JSON.stringify(paths)}`);
      assert.deepEqual(found.site.hashers, algorithms);
      assert.equal(found.warnings.length, warnings.length, found.warnings.join('\n'));
      for (const [index, pattern] of warnings.entries()) assert.match(found.warnings[index] ?? '', pattern);
    });
  }

  test('none that is known', async (t) => {
    await assert.rejects(discovered(t, "PASSWORD_HASHERS = ['own.OwnHasher']"), (error) =>
      isFailure(error, 'not-implemented'),
    );
  });
});

describe('AUTHENTICATION_BACKENDS', () => {
  const model = 'django.contrib.auth.backends.ModelBackend';

  test('are named, and told where they are not asked', async (t) => {
    const { site, warnings } = await discovered(t, `AUTHENTICATION_BACKENDS = ['own.Card', '${model}']`);
    assert.deepEqual(site.sessions?.backends, ['own.Card', model]);
    assert.deepEqual(warnings, [
      "davgate only does what Django's ModelBackend does; these AUTHENTICATION_BACKENDS are ignored: own.Card. " +
        'To use the site\'s own sign-in, declare "signIn": "site" in "django".',
    ]);
  });

  test('are passed over by nobody where the site itself signs people in', async (t) => {
    const project = djangoProject(t, {
      'settings.py': settings(
        "AUTHENTICATION_BACKENDS = ['own.Card']\nPASSWORD_HASHERS = ['own.OwnHasher', 'own.Missing']",
      ),
      ...own,
    });
    const { warnings, site } = await project.discover({ signInBySite: {} });
    assert.deepEqual(warnings, []);
    assert.deepEqual(site.sessions?.backends, ['own.Card']);
  });

  test('a site that takes no passwords', async (t) => {
    const { warnings } = await discovered(t, "AUTHENTICATION_BACKENDS = ['own.Card']");
    assert.match(warnings[1] ?? '', /does not accept the passwords in its user table/);
    assert.equal((await discovered(t, "AUTHENTICATION_BACKENDS = ['own.Model']")).warnings.length, 1);
  });
});

for (const django of djangos) {
  describe(`sessions of Django ${django.version}`, () => {
    const settled = {
      cached_db: 'django.contrib.sessions.backends.cached_db',
      signed_cookies: 'django.contrib.sessions.backends.signed_cookies',
    } as const;
    for (const [engine, path] of Object.entries(settled)) {
      test(engine, async (t) => {
        const { site, warnings } = await discovered(
          t,
          `SESSION_ENGINE = '${path}'\nSESSION_COOKIE_NAME = 'inside'\nSESSION_COOKIE_AGE = 60 * 5`,
          django,
        );
        assert.deepEqual(warnings, []);
        assert.deepEqual(site.sessions, {
          engine,
          cookieName: 'inside',
          cookieAge: 300,
          table: 'django_session',
          loginUrl: undefined,
          backends: ['django.contrib.auth.backends.ModelBackend'],
        });
        assert.deepEqual(site.secretKeys, ['a key for tests']);
      });
    }

    const unread = {
      "SESSION_ENGINE = 'django.contrib.sessions.backends.cache'": /SESSION_ENGINE is .*\.cache\.$/,
      "SESSION_ENGINE = 'django.contrib.sessions.backends.file'": /SESSION_ENGINE is .*\.file\.$/,
      "SESSION_ENGINE = 'own'": /SESSION_ENGINE is own\.$/,
      "SESSION_SERIALIZER = 'own.Serializer'": /SESSION_SERIALIZER is own\.Serializer\.$/,
    } as const;
    for (const [setting, warning] of Object.entries(unread)) {
      test(`${setting} is not read`, async (t) => {
        const { site, warnings } = await discovered(t, setting, django);
        assert.equal(site.sessions, undefined);
        assert.deepEqual(site.secretKeys, []);
        assert.equal(warnings.length, 1);
        assert.match(warnings[0] ?? '', warning);
      });
    }

    test('a site without sessions', async (t) => {
      const { site, warnings } = await discovered(
        t,
        "INSTALLED_APPS.remove('django.contrib.sessions')",
        django,
      );
      assert.equal(site.sessions, undefined);
      assert.deepEqual(warnings, []);
    });

    test('an auth hash of its own', async (t) => {
      const { discover } = djangoProject(
        t,
        withUserModel(`
class Person(AbstractUser):
    def get_session_auth_hash(self):
        return ''
`),
        django,
      );
      const { site, warnings } = await discover();
      assert.equal(site.sessions, undefined);
      assert.match(warnings.join(), /people\.Person has its own get_session_auth_hash/);
    });
  });

  describe(`LOGIN_URL of Django ${django.version}`, () => {
    const urls = {
      'urls.py': `
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path('anmelden/', lambda request: HttpResponse(), name='login')]
`,
    };
    const cases: Record<string, readonly [string, string | undefined, RegExp?]> = {
      'a path': ["'/enter/?from=here'", '/enter/?from=here'],
      'another site': ["'https://id.example/login'", 'https://id.example/login'],
      'the name of a page': ["'login'", '/anmelden/'],
      'a lazy name': ["__import__('django.urls').urls.reverse_lazy('login')", '/anmelden/'],
      none: ['None', undefined],
      'no page': ["'signin'", undefined, /LOGIN_URL leads nowhere: NoReverseMatch: /],
      'a relative path': ["'accounts/enter/'", undefined, /neither a path on the site nor an absolute URL/],
    };
    for (const [name, [value, expected, warning]] of Object.entries(cases)) {
      test(name, async (t) => {
        const { site, warnings } = await discovered(t, `LOGIN_URL = ${value}`, django, urls);
        assert.equal(site.sessions?.loginUrl, expected);
        assert.equal(warnings.length, warning ? 1 : 0, warnings.join('\n'));
        if (warning) assert.match(warnings[0] ?? '', warning);
      });
    }

    test('below FORCE_SCRIPT_NAME', async (t) => {
      const { site } = await discovered(t, "LOGIN_URL = 'login'\nFORCE_SCRIPT_NAME = '/site'", django, urls);
      assert.equal(site.sessions?.loginUrl, '/site/anmelden/');
    });

    test('URLs that cannot be imported', async (t) => {
      const { site, warnings } = await discovered(t, '', django, { 'urls.py': 'import nowhere' });
      assert.equal(site.sessions?.loginUrl, undefined);
      assert.match(
        warnings.join(),
        /LOGIN_URL leads nowhere: ModuleNotFoundError: No module named 'nowhere'/,
      );
    });
  });
}

test('the hashes of Django 3.0 are not known', async (t) => {
  const { site, warnings } = await discovered(t, "DEFAULT_HASHING_ALGORITHM = 'sha1'");
  if (!debian.version.startsWith('3.')) return;
  assert.equal(site.sessions, undefined);
  assert.match(warnings.join(), /DEFAULT_HASHING_ALGORITHM is sha1/);
});
