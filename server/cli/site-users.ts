import type { Memberships } from '../../src/access/memberships.js';
import type { PermissionSources } from '../../src/access/permission-sources.js';
import type { Declaration } from '../../src/config/declaration.js';
import { findUser, parseUsername } from '../../src/credentials/username.js';
import { openDatabase } from '../../src/django/database.js';
import type { DirectoryUser, UserDirectory, UserList } from '../../src/django/directory.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import { permissionSources } from '../../src/django/permission-sources.js';
import { readEnvironment } from '../environment.js';
import { findSite, readableSite } from '../site.js';

/** A site's users as commands ask about them. */
export interface SiteUsers extends UserDirectory, UserList, Memberships {
  /** The user whom a login with this name would be: who has it exactly, or else normalised. */
  find(username: string): Promise<DirectoryUser | undefined>;
  /** Where `user` has permissions from. @throws Failure `unavailable` when the database cannot answer */
  permissionSources(user: DirectoryUser): Promise<PermissionSources>;
  close(): Promise<void>;
}

/** Opens the user database that a declaration names. */
export type OpenSiteUsers = (declaration: Declaration) => SiteUsers | Promise<SiteUsers>;

export const openSiteUsers: OpenSiteUsers = async ({ django }) => {
  const { database, user } = readableSite((await findSite(django, readEnvironment())).site);
  const knex = openDatabase(database);
  const directory = new ModelDirectory(knex, { kind: database.kind, user });
  return {
    find: async (given) => {
      const username = parseUsername(given);
      return username && findUser(directory, username);
    },
    list: () => directory.list(),
    members: (asked) => directory.members(asked),
    permissionSources: ({ id }) => permissionSources(knex, id, user),
    close: () => knex.destroy(),
  };
};
