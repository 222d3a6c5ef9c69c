import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { hasPermission } from '../../src/access/identity.js';
import type { DirectoryUser } from '../../src/django/directory.js';
import { openDatabase } from '../../src/database/open-database.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import type { DatabaseLocation } from '../../src/database/location.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { bothServers } from '../servers/both-servers.js';
import { password, type TestServer } from '../servers/database-server.js';
import { djangos, type DjangoVersion } from './djangos.js';
import { makeSite, serverDatabase, sqliteDatabase, userModels, type RealSite } from './real-site.js';
import { siteAuthenticator } from './site-authenticator.js';

interface MadeSite {
  readonly site: RealSite;
  readonly location: DatabaseLocation;
}

const servers = await bothServers();

async function onSqlite(t: TestContext, model: string, django: DjangoVersion): Promise<MadeSite> {
  const file = join(temporaryFolder(t), 'db.sqlite3');
  return { site: await makeSite(sqliteDatabase(file), model, django), location: { kind: 'sqlite', file } };
}

/** Made by one role, read by another that may only select. */
async function onServer(server: TestServer, model: string, django: DjangoVersion): Promise<MadeSite> {
  const database = `${model}_${django.version}`.toLowerCase().replaceAll('.', '_');
  await server.createDatabase(database);
  const owner = server.server({ user: 'site', password, database });
  const site = await makeSite(serverDatabase(server.kind, owner), model, django);
  await server.letRead(database);
  return {
    site,
    location: { kind: server.kind, server: server.server({ user: 'reader', password, database }) },
  };
}

const databases: Record<string, typeof onSqlite> = {
  SQLite: onSqlite,
  ...Object.fromEntries(
    servers.map((server) => [
      server.kind,
      (_t: TestContext, model: string, django: DjangoVersion) => onServer(server, model, django),
    ]),
  ),
};

/** A user as Django and davgate can both tell it. */
function told(user: DirectoryUser, permissions: readonly string[]) {
  const { id, username, encodedPassword, isActive, isStaff, isSuperuser } = user;
  return {
    id,
    username,
    encodedPassword,
    isActive,
    isStaff,
    isSuperuser,
    fullName: user.fullName ?? '',
    email: user.email ?? '',
    groups: [...user.groups].sort(),
    has: permissions.filter((permission) => isActive && hasPermission(user, permission)),
  };
}

const matrix = djangos.flatMap((django) =>
  Object.entries(databases).map(([name, make]) => ({ django, name, make })),
);

for (const { django, name, make } of matrix) {
  describe(`answers of Django ${django.version} and davgate's, ${name}`, () => {
    for (const model of userModels) {
      test(model, async (t) => {
        const { site, location } = await make(t, model, django);
        const knex = openDatabase(location);
        t.after(() => knex.destroy());
        const directory = new ModelDirectory(knex, {
          kind: location.kind,
          user: site.model,
          withNames: true,
        });
        assert.ok(site.users.length >= 20 && site.permissions.length >= 16);

        const listed: DirectoryUser[] = [];
        for await (const batch of directory.list()) listed.push(...batch);
        const expected = site.users.map(({ attempts: _, ...user }) => ({
          ...user,
          groups: user.groups.toSorted(),
        }));
        assert.deepEqual(
          listed.map((user) => told(user, site.permissions)).toSorted(byName),
          expected.toSorted(byName),
        );
        for (const user of expected) {
          for (const found of [await directory.find(user.username), await directory.findById(user.id)]) {
            assert.deepEqual(found && told(found, site.permissions), user);
          }
        }
        await compareMembers(site, directory);
        await compareAttempts(site, directory, name === 'mysql');
      });
    }
  });
}

/** Whoever is in a group or has a permission is found by it as well. */
async function compareMembers({ users, permissions }: RealSite, directory: ModelDirectory): Promise<void> {
  const groups = [...new Set(users.flatMap((user) => user.groups)), 'nowhere', 'NOWHERE'];
  const members = await directory.members({ groups, permissions, staff: true, superusers: true });
  const active = users.filter(({ isActive }) => isActive);
  const named = (fits: (user: RealSite['users'][number]) => boolean): string[] =>
    active.flatMap((user) => (fits(user) ? [user.username] : [])).sort();
  const sorted = (names: ReadonlySet<string> | undefined): string[] => [...(names ?? [])].sort();
  for (const group of groups) {
    const expected = named((user) => user.groups.includes(group));
    assert.deepEqual(sorted(members.groups.get(group)), expected, group);
  }
  assert.deepEqual(
    ['nowhere', 'NOWHERE'].filter((group) => members.groups.has(group)),
    [],
  );
  for (const permission of permissions) {
    const expected = named((user) => user.has.includes(permission));
    assert.deepEqual(sorted(members.permissions.get(permission)), expected, permission);
  }
  assert.deepEqual(
    sorted(members.staff),
    named(({ isStaff }) => isStaff),
  );
  assert.deepEqual(
    sorted(members.superusers),
    named(({ isSuperuser }) => isSuperuser),
  );
}

/** davgate takes nobody for Casey who says `CASEY`, as MySQL's usual collations do; all else is the same. */
async function compareAttempts(
  site: RealSite,
  directory: ModelDirectory,
  ignoresCase: boolean,
): Promise<void> {
  const authenticator = siteAuthenticator(directory);
  let inexact = 0;
  for (const { username, password: given, found } of site.users.flatMap(({ attempts }) => attempts)) {
    const identity = await authenticator.authenticate({ username, password: given });
    const exact = found === username.normalize('NFKC');
    if (found !== null && !exact) inexact += 1;
    assert.equal(identity?.username, exact ? found : undefined, JSON.stringify({ username, given }));
  }
  assert.equal(inexact > 0, ignoresCase, 'Django ignores case on MySQL only');
}

function byName(a: { readonly username: string }, b: { readonly username: string }): number {
  return a.username < b.username ? -1 : 1;
}
