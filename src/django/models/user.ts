import { Model, type RelationMappings } from 'objection';
import { Group } from './group.js';
import { Permission } from './permission.js';

/** A boolean column as drivers give it: SQLite and MySQL know only numbers. */
type DatabaseBoolean = boolean | number;

/** django.contrib.auth.models.User */
export class User extends Model {
  static override readonly tableName = 'auth_user';

  static override readonly relationMappings: RelationMappings = {
    groups: {
      relation: Model.ManyToManyRelation,
      modelClass: Group,
      join: {
        from: 'auth_user.id',
        through: { from: 'auth_user_groups.user_id', to: 'auth_user_groups.group_id' },
        to: 'auth_group.id',
      },
    },
    permissions: {
      relation: Model.ManyToManyRelation,
      modelClass: Permission,
      join: {
        from: 'auth_user.id',
        through: {
          from: 'auth_user_user_permissions.user_id',
          to: 'auth_user_user_permissions.permission_id',
        },
        to: 'auth_permission.id',
      },
    },
  };

  declare readonly id: number;
  declare readonly username: string;
  declare readonly password: string;
  declare readonly is_active: DatabaseBoolean;
  declare readonly is_staff: DatabaseBoolean;
  declare readonly is_superuser: DatabaseBoolean;
  declare readonly groups?: Group[];
  declare readonly permissions?: Permission[];
}
