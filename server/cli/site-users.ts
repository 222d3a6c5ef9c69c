import type { Memberships, PermissionSources } from '../../src/access/identity.js';
import type { Declaration, NamedGrant } from '../../src/config/declaration.js';
import { findUser, parseUsername } from '../../src/credentials/username.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { DirectoryUser, UserDirectory, UserList } from '../../src/django/directory.js';
import { grantedNames } from '../../src/django/granted-names.js';
import { createHashers } from '../../src/django/hashers/django-hashers.js';
import { faultInWords, passwordFault } from '../../src/django/hashers/password-fault.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import type { SitePool } from '../../src/django/sign-in/site-pool.js';
import { permissionSources } from '../../src/django/permission-sources.js';
import { Failure, isFailure } from '../../src/failure.js';
import type { Environment } from '../environment.js';
import type { Finding } from '../../src/config/problems.js';
import { nameFindings } from '../preflight/grant-findings.js';
import { hashersAt, siteTrouble } from '../preflight/site-findings.js';
import { findSite, readableSite } from '../preflight/find-site.js';
import { askedProject, openSitePool } from '../preflight/site-pool.js';

/** Why a user cannot sign in with the stored password, and whether they can use a session of the site instead. */
export interface UnacceptedPassword {
  readonly words: string;
  readonly sessions: boolean;
}

export interface SiteUsers extends UserDirectory, UserList, Memberships {
  /** The user who would sign in with this name: an exact match, or else a match of the normalised name. */
  find(username: string): Promise<DirectoryUser | undefined>;
  /** Where the permissions of `user` come from. @throws Failure `unavailable` if the database cannot answer */
  permissionSources(user: DirectoryUser): Promise<PermissionSources>;
  /** Undefined if the user can sign in. */
  unacceptedPassword(user: DirectoryUser): UnacceptedPassword | undefined;
  /** The permissions and groups among `grants` that the site does not have. @throws Failure `unavailable` */
  unknownNames(grants: readonly NamedGrant[]): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

export type OpenSiteUsers = (
  declaration: Declaration,
  environment: Environment,
) => SiteUsers | Promise<SiteUsers>;

export const openSiteUsers: OpenSiteUsers = async (declaration, environment) => {
  const { django } = declaration;
  const site = readableSite((await findSite(django, environment)).site);
  const { database, user, sessions } = site;
  const hashers = createHashers(site.hashers);
  const project = askedProject(declaration);
  let trouble: string | undefined;
  const pool =
    project?.permissionsBySite &&
    (await openSitePool(project, declaration, environment, (told) => (trouble = told)));
  if (pool) await loadedOrClosed(pool);
  const knex = openDatabase(database);
  const directory = new ModelDirectory(knex, { kind: database.kind, user });
  const withRights = async (found: DirectoryUser): Promise<DirectoryUser> => {
    if (!pool || !found.isActive) return found;
    try {
      return { ...found, permissions: await pool.permissionsOf(found), permissionsBySite: true };
    } catch (cause) {
      if (trouble === undefined || !isFailure(cause, 'unavailable')) throw cause;
      throw new Failure('unavailable', trouble, { cause });
    }
  };
  const explained = (error: unknown): unknown => {
    if (!isFailure(error, 'unavailable')) return error;
    const words = `${error.message.replace(/\.$/, '')}: ${siteTrouble(error, database, django)}.`;
    return new Failure('unavailable', words, { cause: error });
  };
  const asked = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      return await question();
    } catch (error) {
      throw explained(error);
    }
  };
  const listed = async function* () {
    try {
      yield* directory.list();
    } catch (error) {
      throw explained(error);
    }
  };
  return {
    find: async (given) => {
      const username = parseUsername(given);
      const found = username && (await asked(() => findUser(directory, username)));
      return found && withRights(found);
    },
    async *list() {
      for await (const batch of listed()) {
        const users: DirectoryUser[] = [];
        for (const found of batch) users.push(await withRights(found));
        yield users;
      }
    },
    members: (wanted) => asked(() => directory.members(wanted)),
    permissionSources: ({ id }) => asked(() => permissionSources(knex, id, user)),
    unacceptedPassword: ({ encodedPassword }) => {
      if (project?.signInBySite) return undefined;
      const fault = passwordFault(hashers, encodedPassword);
      return fault && { words: faultInWords(fault, hashersAt(django)), sessions: sessions !== undefined };
    },
    unknownNames: (grants) =>
      asked(async () => {
        const known = pool ? grants.filter(({ kind }) => kind === 'group') : grants;
        if (known.length === 0) return [];
        return nameFindings(known, await grantedNames(knex, user, known));
      }),
    close: async () => {
      await Promise.all([knex.destroy(), pool?.close()]);
    },
  };
};

/** @throws Failure `unavailable` with the site's own complaint, once nothing of it runs any more */
async function loadedOrClosed(pool: SitePool): Promise<void> {
  try {
    await pool.loaded();
  } catch (error) {
    await pool.close();
    throw error;
  }
}
