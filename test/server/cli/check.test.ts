import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { check } from '../../../server/cli/check.js';
import { startDavgate } from '../../clients/helpers/davgate.js';
import { djangoProject, settings, withUserModel } from '../../django/discovery/django-project.js';
import { python } from '../../django/djangos.js';
import { commandOutcome } from './command-outcome.js';

/** A declaration of a share beside a Django project, and what `davgate check` says of it. */
function setting(t: TestContext, files: Readonly<Record<string, string>>) {
  const { folder: project } = djangoProject(t, files);
  const folder = join(project, 'declared');
  mkdirSync(join(folder, 'docs'), { recursive: true });
  const declaration = {
    listen: { port: 0 },
    django: { project: '..', settings: 'settings', python },
    shares: [{ path: '/docs', kind: 'webdav', root: './docs' }],
  };
  const file = join(folder, 'shares.json');
  writeFileSync(file, JSON.stringify(declaration));
  const checked = () => commandOutcome([check], ['check', file]);
  const django = (...args: string[]): void => {
    execFileSync(python, ['-m', 'django', ...args], {
      cwd: project,
      env: {
        PATH: '/usr/bin:/bin',
        PYTHONPATH: project,
        DJANGO_SETTINGS_MODULE: 'settings',
        DJANGO_SUPERUSER_PASSWORD: 'x',
      },
    });
  };
  /** Makes the site's tables, and a user who can sign in. */
  const migrate = (): void => {
    django('migrate', '--run-syncdb', '--verbosity', '0');
    django('createsuperuser', '--noinput', '--username', 'root', '--email', 'root@site.example');
  };
  return { project, folder, file, checked, migrate };
}

const databaseAt = (name: string): Readonly<Record<string, string>> => ({
  'settings.py': settings(
    `DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '${name}'}}`,
  ),
});

describe('davgate check of a Django project', () => {
  test('says nothing of a site that is as it should be', async (t) => {
    const { checked, migrate } = setting(t, { 'settings.py': settings() });
    migrate();
    const { code, out, error } = await checked();
    assert.deepEqual([code, error], [0, '']);
    assert.match(out, /^\/docs {2}WebDAV on /m);
  });

  test('refuses a share that holds the project\u2019s SQLite file, and so does the start', async (t) => {
    const { folder, checked } = setting(t, databaseAt('declared/docs/db.sqlite3'));
    writeFileSync(join(folder, 'docs/db.sqlite3'), '');
    const complaint = 'shares[0].root: contains Django\u2019s database, which the share would serve';
    const { code, out, error } = await checked();
    assert.deepEqual([code, out], [1, '']);
    assert.ok(error.includes(complaint), error);
    await assert.rejects(startDavgate(folder), (ended: Error) => ended.message.includes(complaint));
  });

  test('refuses it where only a symbolic link leads there', async (t) => {
    const { project, folder, checked } = setting(t, databaseAt('link/db.sqlite3'));
    symlinkSync(join(folder, 'docs'), join(project, 'link'));
    writeFileSync(join(folder, 'docs/db.sqlite3'), '');
    assert.match(
      (await checked()).error,
      /^ {2}line \d+, column \d+: shares\[0\]\.root: contains Django\u2019s database/m,
    );
  });

  test('says the site\u2019s own error where it does not load', async (t) => {
    const { checked } = setting(t, { 'settings.py': "raise RuntimeError('half deployed')" });
    const { code, error } = await checked();
    assert.equal(code, 1);
    assert.match(error, /RuntimeError: half deployed/);
  });

  test('refuses a site whose database is not there', async (t) => {
    const { checked } = setting(t, { 'settings.py': settings() });
    const { code, error } = await checked();
    assert.equal(code, 1);
    assert.match(error, /cannot read its own database: OperationalError: unable to open database file$/m);
  });

  test('fails where users cannot be read', async (t) => {
    const { project, checked } = setting(t, { 'settings.py': settings() });
    writeFileSync(join(project, 'site.sqlite3'), '');
    const { code, error } = await checked();
    assert.equal(code, 1);
    assert.match(error, /^problem: Nobody can sign in: davgate cannot read the users of the site \(.+\)\.$/m);
  });

  test('warns of a session table that is missing, unless sessions are kept elsewhere', async (t) => {
    for (const [more, warned] of [
      ['', true],
      ["SESSION_ENGINE = 'django.contrib.sessions.backends.signed_cookies'", false],
    ] as const) {
      const { project, checked, migrate } = setting(t, { 'settings.py': settings(more) });
      migrate();
      new Database(join(project, 'site.sqlite3')).exec('drop table django_session').close();
      const { code, error } = await checked();
      assert.equal(code, 0);
      const complaint =
        'warning: Browsers with a session of the site get an error: davgate cannot read the table django_session ' +
        `(the file ${join(project, 'site.sqlite3')} has no table django_session: `;
      assert.equal(error.startsWith(complaint), warned, error);
      if (!warned) assert.equal(error, '');
    }
  });

  test('warns of a user model whose sessions cannot be checked', async (t) => {
    for (const name of ['get_session_auth_hash', '_get_session_auth_hash']) {
      const { checked, migrate } = setting(
        t,
        withUserModel(`
class Person(AbstractUser):
    def ${name}(self, *args, **kwargs):
        return ''
`),
      );
      migrate();
      const { code, error } = await checked();
      assert.equal(code, 0);
      assert.equal(
        error,
        `warning: Sessions of the site are not read: people.Person has its own ${name}, without which no session ` +
          'can be checked; browsers are asked for a password.\n',
      );
    }
  });
});
