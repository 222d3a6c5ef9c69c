import type { Knex } from 'knex';
import type { QueryBuilder, RelationExpression } from 'objection';
import { Group } from './models/group.js';
import { Permission } from './models/permission.js';
import { userClass, type User } from './models/user.js';
import type { UserModel } from './site.js';

/** The two parts of a permission's name, `app_label.codename`. */
interface NamedPermission {
  readonly app_label: string;
  readonly codename: string;
}

export interface Holder {
  readonly username: unknown;
  readonly isActive?: unknown;
  readonly held?: unknown;
  readonly heldIn?: unknown;
}

export type Condition = (users: QueryBuilder<User>) => QueryBuilder<User>;

/** The queries on a site's user tables: selections only, each a single statement unless stated otherwise. */
export class UserQueries {
  readonly #knex: Knex;
  readonly #User: typeof User;
  readonly #model: UserModel;

  constructor(knex: Knex, model: UserModel) {
    this.#knex = knex;
    this.#model = model;
    this.#User = userClass(model).bindKnex(knex);
  }

  /** A column with the name that all statements use. */
  column(meaning: 'id' | 'username' | 'password'): string {
    return `${this.#model.table}.${this.#model.columns[meaning]}`;
  }

  /** At most two: enough to tell one from several. */
  users(condition: Condition): PromiseLike<User[]> {
    return condition(this.#users()).limit(2);
  }

  /** Empty, without a query, if users have no groups. */
  async groups(condition: Condition): Promise<readonly Group[]> {
    return this.#model.groups ? this.#groups(condition).select('auth_group.name') : [];
  }

  /**
   * The users' own permissions and those of their groups, as in ModelBackend.get_all_permissions
   * (django.contrib.auth.backends). Empty, without a query, if users have neither.
   */
  async permissions(condition: Condition): Promise<readonly NamedPermission[]> {
    const query = Permission.query(this.#knex)
      .joinRelated('contentType')
      .select('contentType.app_label', 'auth_permission.codename');
    const { groups, permissions } = this.#model;
    if (!groups && !permissions) return [];
    if (permissions) {
      const own = this.#User.relatedQuery('permissions').for(this.#keys(condition));
      query.orWhereIn('auth_permission.id', own.select('auth_permission.id'));
    }
    if (groups) {
      const ofGroups = Group.relatedQuery('permissions', this.#knex).for(
        this.#groups(condition).select('auth_group.id'),
      );
      query.orWhereIn('auth_permission.id', ofGroups.select('auth_permission.id'));
    }
    return query.castTo<NamedPermission[]>();
  }

  /** The next users by primary key, with their groups and permissions: at most seven statements. */
  batch(after: unknown, size: number): PromiseLike<User[]> {
    const query = this.#users().orderBy(this.column('id')).limit(size).withGraphFetched(this.#grants());
    return after === undefined ? query : query.whereRaw('?? > ?', [this.column('id'), after]);
  }

  /** The newest user with a password of one of these hashers. */
  newest(algorithms: readonly string[]): PromiseLike<User[]> {
    const password = this.column('password');
    const query = this.#User.query().select(password).orderBy(this.column('id'), 'desc').limit(1);
    for (const algorithm of algorithms) query.orWhere(password, 'like', `${algorithm}$%`);
    return query;
  }

  /** The groups with these names. A database that ignores case returns others, too. */
  async groupsNamed(names: readonly string[]): Promise<readonly Group[]> {
    if (!this.#model.groups || names.length === 0) return [];
    return Group.query(this.#knex).whereIn('name', names).select('name');
  }

  /** Users with each group of these names that they are in. Empty, without a query, if users have no groups. */
  async membersOfGroups(names: readonly string[]): Promise<readonly Holder[]> {
    if (!this.#model.groups || names.length === 0) return [];
    return this.#holders().joinRelated('groups').whereIn('groups.name', names).select('groups.name as held');
  }

  /** Users with each permission of these codenames, their own and those of their groups: two statements. */
  async holdersOf(codenames: readonly string[]): Promise<readonly Holder[]> {
    const { groups, permissions } = this.#model;
    if (codenames.length === 0) return [];
    const paths = [...(permissions ? ['permissions'] : []), ...(groups ? ['groups.permissions'] : [])];
    const found = await Promise.all(
      paths.map((path) => {
        const alias = path.replace('.', ':');
        return this.#holders()
          .distinct()
          .joinRelated(`${path}.contentType`)
          .whereIn(`${alias}.codename`, codenames)
          .select(`${alias}.codename as held`, `${alias}:contentType.app_label as heldIn`);
      }),
    );
    return found.flat();
  }

  /** Users whose flag is set. Empty, without a query, if the model has no such flag. */
  async flagged(flag: 'isStaff' | 'isSuperuser'): Promise<readonly Holder[]> {
    const column = this.#model.columns[flag];
    if (column === undefined) return [];
    return this.#holders().whereRaw('??', [`${this.#model.table}.${column}`]);
  }

  #holders() {
    const { table, columns } = this.#model;
    const wanted = [columns.username, ...(columns.isActive === undefined ? [] : [columns.isActive])];
    return this.#User
      .query()
      .select([...new Set(wanted)].map((column) => `${table}.${column}`))
      .castTo<Holder[]>();
  }

  #users() {
    const { table, columns } = this.#model;
    return this.#User
      .query()
      .select([...new Set<string>(Object.values(columns))].map((column) => `${table}.${column}`));
  }

  #keys(condition: Condition) {
    return condition(this.#User.query().select(this.column('id')));
  }

  #groups(condition: Condition): QueryBuilder<Group> {
    return this.#User.relatedQuery('groups').for(this.#keys(condition));
  }

  #grants(): RelationExpression<User> {
    const permissions = { contentType: true };
    return {
      ...(this.#model.groups && { groups: { permissions } }),
      ...(this.#model.permissions && { permissions }),
    };
  }
}
