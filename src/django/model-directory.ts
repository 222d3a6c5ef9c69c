import type { Knex } from 'knex';
import type { AskedMembers, Members, Memberships } from '../access/memberships.js';
import { Failure } from '../failure.js';
import type { DirectoryUser, PasswordSamples, UserDirectory, UserList, UsersById } from './directory.js';
import { directoryUser, listedUser, text } from './directory-user.js';
import { heldBy, usernamesOf } from './usernames-by-grant.js';
import { exactText } from '../database/exact-text.js';
import type { DatabaseLocation } from '../database/location.js';
import { defaultUserModel, type UserModel } from './site.js';
import { isUnstorable } from './unstorable.js';
import { storedKeys } from './user-key.js';
import { UserQueries, type Condition } from './user-queries.js';

interface ModelDirectoryOptions {
  readonly kind: DatabaseLocation['kind'];
  /** Default: django.contrib.auth.models.User. */
  readonly user?: UserModel;
  /** Whether to read users' full names and e-mail addresses, which other web servers are told. Default: false. */
  readonly withNames?: boolean;
}

/** Users that {@link ModelDirectory.list} reads at a time. */
const batchSize = 500;

/** A Django site's users, read from its own tables in whichever database `knex` is connected to. */
export class ModelDirectory implements UserDirectory, UsersById, UserList, PasswordSamples, Memberships {
  readonly #queries: UserQueries;
  readonly #exactText: string;

  constructor(knex: Knex, { kind, user = defaultUserModel, withNames = false }: ModelDirectoryOptions) {
    this.#queries = new UserQueries(knex, withNames ? user : withoutNames(user));
    this.#exactText = exactText[kind];
  }

  async find(username: string): Promise<DirectoryUser | undefined> {
    const column = this.#queries.column('username');
    const bindings = [column, username, column, username];
    const user = await this.#read(username, (users) => users.whereRaw(this.#exactText, bindings));
    return user?.username === username ? user : undefined;
  }

  async findById(id: string): Promise<DirectoryUser | undefined> {
    const bindings = [this.#queries.column('id'), ...storedKeys(id)];
    const user = await this.#read(id, (users) => users.whereRaw('?? in (?, ?)', bindings));
    // MySQL finds 7 for `7th`.
    return user?.id === id ? user : undefined;
  }

  async *list(): AsyncIterable<readonly DirectoryUser[]> {
    let last: unknown;
    for (;;) {
      const rows = await answered(this.#queries.batch(last, batchSize));
      last = rows.at(-1)?.id;
      if (last === undefined) return;
      yield rows.map(listedUser).filter(({ username }) => username !== '');
    }
  }

  async members({ groups, permissions, staff, superusers }: AskedMembers): Promise<Members> {
    const codenames = permissions.map((permission) => permission.slice(permission.indexOf('.') + 1));
    const [known, inGroups, holders, ofStaff, ofAll] = await Promise.all([
      answered(this.#queries.groupsNamed(groups)),
      answered(this.#queries.membersOfGroups(groups)),
      answered(this.#queries.holdersOf([...new Set(codenames)])),
      staff ? answered(this.#queries.flagged('isStaff')) : [],
      superusers || permissions.length > 0 ? answered(this.#queries.flagged('isSuperuser')) : [],
    ]);
    const all = usernamesOf(ofAll);
    const names = new Set(known.map(({ name }) => name));
    return {
      groups: heldBy(
        inGroups,
        groups.filter((name) => names.has(name)),
      ),
      permissions: heldBy(holders, permissions, all),
      staff: usernamesOf(ofStaff),
      superusers: all,
    };
  }

  async passwordSample(algorithms: readonly string[]): Promise<string | undefined> {
    const [newest] = algorithms.length === 0 ? [] : await answered(this.#queries.newest(algorithms));
    return newest && text(newest.password);
  }

  /** All three start from the condition, so that an existing user costs the same queries as an unknown one. */
  async #read(sought: string, condition: Condition): Promise<DirectoryUser | undefined> {
    // PostgreSQL reports an error for NUL, and cannot store one.
    if (sought === '' || sought.includes('\0')) return undefined;
    try {
      const [[user, another], groups, permissions] = await Promise.all([
        this.#queries.users(condition),
        this.#queries.groups(condition),
        this.#queries.permissions(condition),
      ]);
      return user && !another ? directoryUser(user, groups, permissions) : undefined;
    } catch (cause) {
      if (isUnstorable(cause)) return undefined;
      throw unavailable(cause);
    }
  }
}

/** A role that may not read these columns, or a view that lacks them, is enough for everything else. */
function withoutNames({ columns, ...user }: UserModel): UserModel {
  const { id, username, password, isActive, isStaff, isSuperuser } = columns;
  return {
    ...user,
    columns: {
      id,
      username,
      password,
      ...(isActive !== undefined && { isActive }),
      ...(isStaff !== undefined && { isStaff }),
      ...(isSuperuser !== undefined && { isSuperuser }),
    },
  };
}

async function answered<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (cause) {
    throw unavailable(cause);
  }
}

function unavailable(cause: unknown): Failure {
  return new Failure('unavailable', 'The user database cannot answer.', {
    cause,
    headers: [['Retry-After', '2']],
  });
}
