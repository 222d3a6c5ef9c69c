import type { Knex } from 'knex';
import { DBError } from 'objection';
import type { AskedMembers, Members, Memberships } from '../access/identity.js';
import { answered, unanswered } from './answered.js';
import type { DirectoryUser, PasswordSamples, UserDirectory, UserList, UsersById } from './directory.js';
import { directoryUser, listedUser, text, isActive } from './directory-user.js';
import type { DatabaseLocation } from '../database/location.js';
import { defaultUserModel, type UserModel } from './site.js';
import { storedKeys } from './user-key.js';
import { UserQueries, type Condition, type Holder } from './user-queries.js';

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
      throw unanswered(cause);
    }
  }
}

/**
 * How servers report that a text is not a value of the column that it is compared with. PostgreSQL (manual, appendix
 * A): invalid_text_representation and numeric_value_out_of_range. MySQL and MariaDB: 1267, a text with characters that
 * the column's character set lacks; 4078, not a UUID (MariaDB's type).
 */
const reasons: readonly unknown[] = ['22P02', '22003', 1267, 4078];

/** Whether a query failed only because its column could never contain the requested value, so that no row has it. */
function isUnstorable(error: unknown): boolean {
  const native: unknown = error instanceof DBError ? error.nativeError : error;
  if (!(native instanceof Error)) return false;
  return (
    ('code' in native && reasons.includes(native.code)) ||
    ('errno' in native && reasons.includes(native.errno))
  );
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

/** The names of the holders who are active and have a name. */
function usernamesOf(holders: readonly Holder[]): ReadonlySet<string> {
  return new Set(holders.filter(isActive).flatMap(({ username }) => text(username) || []));
}

/**
 * The holders of each of the requested things, which are written `held` or `heldIn.held`.
 * @param always the names of users who have all of them
 */
function heldBy(
  holders: readonly Holder[],
  asked: readonly string[],
  always: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, ReadonlySet<string>> {
  // Databases that ignore case find what was not requested.
  const byName = new Map<string, Holder[]>();
  for (const holder of holders) {
    const name = nameOf(holder);
    const known = byName.get(name);
    if (known) known.push(holder);
    else byName.set(name, [holder]);
  }
  return new Map(asked.map((name) => [name, new Set([...usernamesOf(byName.get(name) ?? []), ...always])]));
}

function nameOf({ held, heldIn }: Holder): string {
  return heldIn === undefined ? text(held) : `${text(heldIn)}.${text(held)}`;
}

/**
 * SQL that compares a column (bound twice, as `??`) with a text (bound twice, as `?`) so that only exactly the same
 * text matches. The first comparison can use an index; on its own it may ignore case, accents and trailing spaces, as
 * MySQL's usual collations, PostgreSQL's citext and SQLite's NOCASE do.
 */
const exactText: Readonly<Record<DatabaseLocation['kind'], string>> = {
  sqlite: '?? = ? and ?? = ? collate binary',
  postgresql: '?? = ? and cast(?? as text) collate "C" = ?',
  // Compared as bytes, because `utf8mb4_bin` also ignores trailing spaces.
  mysql: '?? = ? and cast(convert(?? using utf8mb4) as binary) = cast(? as binary)',
};
