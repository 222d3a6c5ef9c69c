import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { DatabaseLocation } from '../../../src/database/location.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { ModelDirectory } from '../../../src/django/model-directory.js';
import { SitePool, type SitePoolOptions } from '../../../src/django/sign-in/site-pool.js';
import { djangoProject, settings } from '../discovery/django-project.js';
import { debian, type DjangoVersion } from '../djangos.js';
import type { DjangoDatabase } from '../real-site.js';

/** Counts its calls in the file `calls`, and hashes quickly enough for tests. */
const common = `
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.hashers import PBKDF2PasswordHasher

class Quick(PBKDF2PasswordHasher):
    iterations = 1000

def count(username):
    with open('calls', 'a') as file:
        file.write(username + '\\n')

class Counting(ModelBackend):
    def authenticate(self, request, username=None, password=None, **kwargs):
        count(username)
        return super().authenticate(request, username=username, password=password, **kwargs)
`;

/** Alice is staff and an editor, bob is neither, carol is inactive; each one's password is NAME-demo. */
const people = `
import django
django.setup()
from django.contrib.auth.models import Group, Permission, User
editors = Group.objects.create(name='editors')
editors.permissions.add(Permission.objects.get(codename='view_group'))
for name, more in (('alice', {'is_staff': True}), ('bob', {}), ('carol', {'is_active': False})):
    user = User.objects.create_user(name, name + '@example.org', name + '-demo', **more)
    if name == 'alice':
        user.groups.add(editors)
`;

export interface SigningOptions {
  /** AUTHENTICATION_BACKENDS; those of `own` are in the module `own`. */
  readonly backends: readonly string[];
  /** Python code behind the module \`own\`'s beginning. */
  readonly own?: string;
  readonly settings?: string;
  readonly apps?: readonly string[];
  /** Python code that is run once the users are there. */
  readonly then?: string;
  readonly django?: DjangoVersion;
  /** On a server, as the site reaches it and as davgate does. Default: a file of SQLite. */
  readonly database?: { readonly entry: DjangoDatabase; readonly location: DatabaseLocation };
}

/** A real Django site with users, and backends of its own. */
export function signingSite(t: TestContext, options: SigningOptions) {
  const { backends, own = '', apps = [], then = '', django = debian, database } = options;
  const more = `
AUTHENTICATION_BACKENDS = ${JSON.stringify(backends)}
PASSWORD_HASHERS = ['own.Quick']
${database ? `import json\nDATABASES = {'default': json.loads(r'''${JSON.stringify(database.entry)}''')}` : ''}
${options.settings ?? ''}`;
  const files = { 'settings.py': settings(more, apps), 'own.py': common + own };
  const project = djangoProject(t, files, django);
  const { folder } = project;
  const python = (...args: readonly string[]): string =>
    execFileSync(django.python, args, {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...django.environment,
        PYTHONPATH: [folder, django.environment.PYTHONPATH ?? ''].filter(Boolean).join(':'),
        PYTHONDONTWRITEBYTECODE: '1',
        DJANGO_SETTINGS_MODULE: 'settings',
      },
    });
  python('-m', 'django', 'migrate', '--run-syncdb', '--verbosity', '0');
  python('-c', people + then);
  const notes: string[] = [];
  return {
    ...project,
    python,
    notes,
    /** The user names that the backends were asked about. */
    calls: (): string[] =>
      existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [],
    pool: (more: Partial<SitePoolOptions> = {}): SitePool => {
      const pool = new SitePool({
        program: {
          python: django.python,
          project: folder,
          settings: 'settings',
          environment: { ...django.environment, HOME: folder, SITE_SECRET: 'sesame' },
        },
        noted: (trouble) => notes.push(trouble),
        backOff: 1,
        ...more,
      });
      t.after(() => pool.close());
      return pool;
    },
    directory: (
      location = database?.location ?? { kind: 'sqlite', file: join(folder, 'site.sqlite3') },
    ): ModelDirectory => {
      const knex = openDatabase(location);
      t.after(() => knex.destroy());
      return new ModelDirectory(knex, { kind: location.kind });
    },
  };
}
