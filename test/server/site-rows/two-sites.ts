import assert from 'node:assert/strict';
import { pbkdf2Sync } from 'node:crypto';
import type { TestContext } from 'node:test';
import { findSite, readableSite } from '../../../server/preflight/find-site.js';
import type { ProjectDeclaration } from '../../../src/config/declaration.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { ModelDirectory } from '../../../src/django/model-directory.js';
import { siteAuthenticator } from '../../django/site-authenticator.js';
import { djangoProject, settings } from '../../django/discovery/django-project.js';
import { debian, type DjangoVersion } from '../../django/djangos.js';

/** Of the same user at the current site and at the old one, whose tables are there too. */
export const passwords = { current: 'now', old: 'then' };

function encoded(password: string): string {
  return `pbkdf2_sha256$10$salt$${pbkdf2Sync(password, 'salt', 10, 32, 'sha256').toString('base64')}`;
}

/** Statements that make a site's tables in one database or schema, for any database. */
export function tables(which: keyof typeof passwords, prefix = ''): readonly string[] {
  const links = {
    auth_user_groups: 'user_id integer, group_id integer',
    auth_user_user_permissions: 'user_id integer, permission_id integer',
    auth_group: 'name varchar(150)',
    auth_permission: 'content_type_id integer, codename varchar(100)',
    auth_group_permissions: 'group_id integer, permission_id integer',
    django_content_type: 'app_label varchar(100)',
  };
  const users = [
    `(1, 'alice', '${encoded(passwords[which])}', true, true, false)`,
    ...(which === 'old' ? [`(2, 'ghost', '${encoded(passwords.old)}', true, true, true)`] : []),
  ];
  return [
    `create table ${prefix}auth_user (id integer primary key, username varchar(150), password varchar(128),
      is_active boolean, is_staff boolean, is_superuser boolean)`,
    ...Object.entries(links).map(
      ([name, columns]) => `create table ${prefix}${name} (id integer, ${columns})`,
    ),
    `create table ${prefix}django_session (session_key varchar(40), session_data text, expire_date timestamp null)`,
    ...users.map((user) => `insert into ${prefix}auth_user values ${user}`),
  ];
}

/** A Django site as a case of a test describes it. */
export interface SiteCase {
  /** Python that sets DATABASES and whatever else matters. */
  readonly settings: string;
  readonly apps?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly declared?: Partial<ProjectDeclaration>;
  readonly django?: DjangoVersion;
}

/** What davgate's start finds of the site. */
export function found(
  t: TestContext,
  { settings: more, apps, files, environment, declared, django = debian }: SiteCase,
) {
  const { folder } = djangoProject(t, { 'settings.py': settings(more, apps), ...files }, django);
  return findSite(
    { kind: 'project', project: folder, settings: 'settings', python: django.python, ...declared },
    { variables: { ...django.environment, HOME: folder, ...environment }, userName: 'nobody' },
  );
}

/** The current site's user gets in by the current password; nobody of the old site's does. */
export async function letsCurrentUsersIn(t: TestContext, site: SiteCase): Promise<readonly string[]> {
  const { site: facts, warnings } = await found(t, site);
  const knex = openDatabase(readableSite(facts).database);
  t.after(() => knex.destroy());
  const authenticator = siteAuthenticator(
    new ModelDirectory(knex, { kind: facts.database.kind, user: facts.user }),
  );
  const enters = async (username: string, password: string) =>
    (await authenticator.authenticate({ username, password })) !== undefined;
  assert.deepEqual(
    [
      await enters('alice', passwords.current),
      await enters('alice', passwords.old),
      await enters('ghost', passwords.old),
    ],
    [true, false, false],
  );
  return warnings;
}
