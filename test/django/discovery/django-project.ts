import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { discoverSite, type DiscoveryOptions } from '../../../src/django/discovery/discover-site.js';
import { debian, type DjangoVersion } from '../djangos.js';
import type { LinkTable, UserModel } from '../../../src/django/site.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';

/** The settings of a small site; `more` comes last. */
export function settings(more = '', apps: readonly string[] = []): string {
  return `
SECRET_KEY = 'a key for tests'
INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions']
INSTALLED_APPS += [${apps.map((app) => `'${app}'`).join(', ')}]
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'site.sqlite3'}}
ROOT_URLCONF = 'urls'
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
USE_TZ = True
${more}
`;
}

/** A site with a user model of its own, `people.Person`. */
export function withUserModel(models: string): Readonly<Record<string, string>> {
  return {
    'settings.py': settings("AUTH_USER_MODEL = 'people.Person'", ['people']),
    'people/__init__.py': '',
    'people/models.py': `
import uuid
from django.db import models
from django.contrib.auth.models import (
    AbstractBaseUser, AbstractUser, BaseUserManager, Group, Permission, PermissionsMixin, User,
    UserManager,
)
${models}
`,
  };
}

export interface DjangoProject {
  readonly folder: string;
  readonly discover: (options?: Partial<DiscoveryOptions>) => ReturnType<typeof discoverSite>;
  /** Every file below the folder. */
  readonly files: () => string[];
  /** Has Django make the tables, and names what is not there of those that `user` names. */
  readonly missing: (user: UserModel) => string[];
}

/** Files of a Django site for one test. */
export function djangoProject(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  django: DjangoVersion = debian,
): DjangoProject {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries({ 'urls.py': 'urlpatterns = []\n', ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return {
    folder,
    discover: (options = {}) =>
      discoverSite({
        project: folder,
        settings: 'settings',
        python: django.python,
        environment: { ...django.environment, HOME: folder },
        ...options,
      }),
    files: () => readdirSync(folder, { recursive: true }).map(String).sort(),
    missing: (user) => {
      execFileSync(django.python, ['-m', 'django', 'migrate', '--run-syncdb', '--verbosity', '0'], {
        cwd: folder,
        env: {
          ...django.environment,
          PYTHONPATH: pathOf(folder, django),
          DJANGO_SETTINGS_MODULE: 'settings',
        },
      });
      const database = new Database(join(folder, 'site.sqlite3'), { fileMustExist: true });
      try {
        const columns = database
          .prepare<[], { name: string }>(
            "select m.name || '.' || c.name as name from sqlite_master m, pragma_table_info(m.name) c",
          )
          .all()
          .map(({ name }) => name);
        return namesIn(user).filter((name) => !columns.includes(name));
      } finally {
        database.close();
      }
    },
  };
}

function pathOf(folder: string, { environment }: DjangoVersion): string {
  return [folder, environment.PYTHONPATH ?? ''].filter((entry) => entry !== '').join(delimiter);
}

function namesIn({ table, columns, groups, permissions }: UserModel): string[] {
  const linked = (link: LinkTable | undefined) =>
    link ? [`${link.table}.${link.user}`, `${link.table}.${link.other}`] : [];
  return [
    ...Object.values(columns).map((column) => `${table}.${column}`),
    ...linked(groups),
    ...linked(permissions),
  ];
}
