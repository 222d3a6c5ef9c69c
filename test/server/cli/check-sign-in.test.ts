import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { check } from '../../../server/cli/check.js';
import { explain } from '../../../server/cli/explain.js';
import { openSiteUsers } from '../../../server/cli/site-users.js';
import { python } from '../../django/djangos.js';
import { signingSite, type SigningOptions } from '../../django/sign-in/signing-site.js';
import { commandOutcome } from './command-outcome.js';

/** What `davgate check` says of a share beside a site with a sign-in of its own. */
function setting(t: TestContext, options: SigningOptions) {
  const site = signingSite(t, options);
  const folder = join(site.folder, 'declared');
  mkdirSync(join(folder, 'docs'), { recursive: true });
  return {
    ...site,
    at: (name: string) => join(folder, name),
    checked: (django: object = {}, ...shares: readonly object[]) => {
      const declaration = {
        listen: { port: 0 },
        django: { project: '..', settings: 'settings', python, ...django },
        shares: [
          { path: '/docs', kind: 'webdav', root: './docs', require: { permission: 'docs.roam' } },
          ...shares,
        ],
      };
      writeFileSync(join(folder, 'shares.json'), JSON.stringify(declaration));
      return commandOutcome([check], ['check', join(folder, 'shares.json')]);
    },
  };
}

describe('davgate check of a site with a sign-in of its own', () => {
  test('names the backends that would be passed over and how to have them asked', async (t) => {
    const { checked } = setting(t, {
      backends: ['own.Counting', 'django.contrib.auth.backends.ModelBackend'],
    });
    const { code, error } = await checked();
    assert.equal(code, 0);
    assert.match(
      error,
      /^warning: davgate only does what Django's ModelBackend does; .* are ignored: own\.Counting\. To use the site's own sign-in, declare "signIn": "site" in "django"\.$/m,
    );
    assert.match(error, /^warning: .*no permission docs\.roam/m);
  });

  test('says who tells what, and nothing else, once the site is asked', async (t) => {
    const { checked, python: django } = setting(t, { backends: ['own.Counting'] });
    django(
      '-c',
      `
import django
django.setup()
from django.contrib.auth.models import User
User.objects.update(password='!')
`,
    );
    const { code, out, error } = await checked({ signIn: 'site', permissions: 'site', signInSeconds: 5 });
    assert.deepEqual([code, error], [0, '']);
    assert.match(out, /^Passwords: by the site\u2019s own sign-in, asked again after 5 s\.$/m);
    assert.match(out, /^Permissions: by the site\u2019s own has_perm, asked again after 60 s\.$/m);
  });

  test('fails where the site does not load to sign people in', async (t) => {
    const { checked } = setting(t, {
      backends: ['own.Counting'],
      settings: `
import sys
if 'sign_in.py' in ' '.join(open('/proc/self/cmdline').read().split(chr(0))):
    raise RuntimeError('no licence for two')
`,
    });
    const { code, error } = await checked({ signIn: 'site' });
    assert.equal(code, 1);
    assert.match(
      error,
      /problem: .*django: The site does not load to sign people in: [^]*no licence for two/,
    );
  });

  test('is followed by an explain that says when the site reads another row', async (t) => {
    const {
      checked,
      at,
      python: django,
    } = setting(t, {
      backends: ['own.Counting'],
      settings: `
if 'sign_in.py' in open('/proc/self/cmdline').read():
    DATABASES['default']['NAME'] = 'other.sqlite3'
`,
      then: `
import shutil
shutil.copy('site.sqlite3', 'other.sqlite3')
`,
    });
    const explained = (): ReturnType<typeof commandOutcome> =>
      commandOutcome([explain], ['explain', 'alice', 'GET', '/docs/', at('shares.json')], openSiteUsers);
    assert.equal((await checked({ permissions: 'site' })).code, 0);
    assert.match((await explained()).out, /^User +alice: active, staff/);
    django(
      '-m',
      'django',
      'shell',
      '-c',
      "from django.contrib.auth.models import User; User.objects.update(password='!')",
    );
    const { code, error } = await explained();
    assert.equal(code, 2);
    assert.match(error, /The site and davgate do not read the same row/);
  });

  test('refuses permissions in path rules that the site would not be asked about', async (t) => {
    const { checked, at } = setting(t, { backends: ['own.Counting'] });
    mkdirSync(at('svn'));
    writeFileSync(at('authz'), '[/]\n@perm.auth.view_group = r\n@editors = r\n');
    const share = { path: '/svn', kind: 'svn', repositories: './svn', authz: './authz' };
    const { code, error } = await checked({ permissions: 'site' }, share);
    assert.equal(code, 1);
    assert.match(
      error,
      /shares\[1\]\.authz, line 2: the permission auth\.view_group would be looked up in Django\u2019s tables/,
    );
    assert.doesNotMatch((await checked({}, share)).error, /looked up in Django/);
  });

  test('refuses times that are of no account, and a sign-in without a project', async (t) => {
    const { checked } = setting(t, { backends: ['own.Counting'] });
    for (const [django, complaint] of [
      [{ signInSeconds: 5 }, /django\.signInSeconds: is of no account without "signIn": "site"/],
      [{ signIn: 'database', signInSeconds: 5 }, /django\.signInSeconds: is of no account/],
      [
        { permissionsSeconds: 5 },
        /django\.permissionsSeconds: is of no account without "permissions": "site"/,
      ],
      [{ signIn: 'site', signInSeconds: 0 }, /django\.signInSeconds/],
      [{ signIn: 'site', signInSeconds: 3601 }, /django\.signInSeconds/],
      [{ signIn: 'site', alias: 'default' }, /django\.alias: cannot be chosen where the site is asked/],
      [
        { permissions: 'site', searchPath: 'public' },
        /django\.searchPath: cannot be chosen where the site is/,
      ],
      [{ signIn: 'sites' }, /django\.signIn/],
    ] as const) {
      const { code, error } = await checked(django);
      assert.equal(code, 1);
      assert.match(error, complaint);
    }
  });
});
