import { Model, type ColumnNameMappers, type RelationMappings } from 'objection';
import { defaultUserModel, type LinkTable, type UserModel } from '../site.js';
import { Group } from './group.js';
import { Permission } from './permission.js';

/**
 * django.contrib.auth.models.User, with its columns named by meaning. Drivers differ in how they return keys and
 * booleans.
 */
export class User extends Model {
  static override readonly tableName: string = defaultUserModel.table;
  static override readonly columnNameMappers = mappers(defaultUserModel.columns);
  static override readonly relationMappings = relations(defaultUserModel);

  declare readonly id: unknown;
  declare readonly username: unknown;
  declare readonly password: unknown;
  declare readonly isActive?: unknown;
  declare readonly isStaff?: unknown;
  declare readonly isSuperuser?: unknown;
  declare readonly firstName?: unknown;
  declare readonly lastName?: unknown;
  declare readonly email?: unknown;
  declare readonly groups?: Group[];
  declare readonly permissions?: Permission[];
}

/**
 * The same for another AUTH_USER_MODEL; it has the relations `groups` and `permissions` if the model has their tables.
 */
export function userClass(model: UserModel): typeof User {
  return class extends User {
    static override readonly tableName = model.table;
    static override readonly idColumn = model.columns.id;
    static override readonly columnNameMappers = mappers(model.columns);
    static override readonly relationMappings = relations(model);
  };
}

function relations({ table, columns, groups, permissions }: UserModel): RelationMappings {
  const key = `${table}.${columns.id}`;
  return {
    ...(groups && { groups: related(key, groups, Group) }),
    ...(permissions && { permissions: related(key, permissions, Permission) }),
  };
}

function related(from: string, link: LinkTable, modelClass: typeof Group | typeof Permission) {
  return {
    relation: Model.ManyToManyRelation,
    modelClass,
    join: {
      from,
      through: { from: `${link.table}.${link.user}`, to: `${link.table}.${link.other}` },
      to: `${modelClass.tableName}.id`,
    },
  };
}

/** One column may have two meanings: a primary key that is also the user name. */
function mappers(columns: UserModel['columns']): ColumnNameMappers {
  const named: [meaning: string, column: string][] = Object.entries(columns);
  const columnOf = new Map(named);
  const meaningsOf = (column: string): string[] => {
    const meanings = named.filter(([, name]) => name === column).map(([meaning]) => meaning);
    return meanings.length > 0 ? meanings : [column];
  };
  return {
    parse: (row: Record<string, unknown>) => renamed(row, meaningsOf),
    format: (json: Record<string, unknown>) => renamed(json, (name) => [columnOf.get(name) ?? name]),
  };
}

function renamed(
  values: Record<string, unknown>,
  names: (name: string) => readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => names(name).map((other) => [other, value])),
  );
}
