import type { Knex } from 'knex';
import { Failure } from '../failure.js';
import type { DirectoryUser, PasswordSamples, UserDirectory } from './directory.js';
import { Group } from './models/group.js';
import { Permission } from './models/permission.js';
import { User } from './models/user.js';

/** The two parts of a permission's name, `app_label.codename`. */
interface NamedPermission {
  readonly app_label: string;
  readonly codename: string;
}

/** Django's users read through its own tables, whichever database `knex` speaks to. */
export class ModelDirectory implements UserDirectory, PasswordSamples {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async find(username: string): Promise<DirectoryUser | undefined> {
    // PostgreSQL refuses NUL as an error, and no user name holds one.
    if (username.includes('\0')) return undefined;
    // All three start from the name, so that a name that exists costs the same queries as one that does not.
    const [user, groups, permissions] = await answered(
      Promise.all([this.#user(username), this.#groups(username), this.#permissions(username)]),
    );
    // MySQL's usual collations find `Alice` for `alice`.
    if (user?.username !== username) return undefined;
    return {
      id: String(user.id),
      username,
      isActive: Boolean(user.is_active),
      isStaff: Boolean(user.is_staff),
      isSuperuser: Boolean(user.is_superuser),
      groups: new Set(groups.map(({ name }) => name)),
      permissions: new Set(permissions.map(({ app_label, codename }) => `${app_label}.${codename}`)),
      encodedPassword: user.password,
    };
  }

  async passwordSample(algorithms: readonly string[]): Promise<string | undefined> {
    const query = User.query(this.#knex).select('password').orderBy('id', 'desc').limit(1);
    for (const algorithm of algorithms) query.orWhere('password', 'like', `${algorithm}$%`);
    const [newest] = algorithms.length === 0 ? [] : await answered(query);
    return newest?.password;
  }

  async #user(username: string): Promise<User | undefined> {
    return User.query(this.#knex)
      .findOne({ username })
      .select('id', 'username', 'password', 'is_active', 'is_staff', 'is_superuser');
  }

  async #groups(username: string): Promise<Group[]> {
    return User.relatedQuery('groups', this.#knex).for(this.#id(username)).select('name');
  }

  /** The user's own and those of the groups, as ModelBackend.get_all_permissions (django.contrib.auth.backends). */
  async #permissions(username: string): Promise<NamedPermission[]> {
    const own = User.relatedQuery('permissions', this.#knex)
      .for(this.#id(username))
      .select('auth_permission.id');
    const groups = User.relatedQuery('groups', this.#knex).for(this.#id(username)).select('auth_group.id');
    const ofGroups = Group.relatedQuery('permissions', this.#knex).for(groups).select('auth_permission.id');
    return Permission.query(this.#knex)
      .joinRelated('contentType')
      .select('contentType.app_label', 'auth_permission.codename')
      .whereIn('auth_permission.id', own)
      .orWhereIn('auth_permission.id', ofGroups)
      .castTo<NamedPermission[]>();
  }

  #id(username: string) {
    return User.query(this.#knex).select('id').where({ username });
  }
}

async function answered<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query;
  } catch (cause) {
    throw new Failure('unavailable', 'The user database cannot answer.', { cause });
  }
}
