import { Model, type RelationMappings } from 'objection';
import { Permission } from './permission.js';

/** django.contrib.auth.models.Group */
export class Group extends Model {
  static override readonly tableName = 'auth_group';

  static override readonly relationMappings: RelationMappings = {
    permissions: {
      relation: Model.ManyToManyRelation,
      modelClass: Permission,
      join: {
        from: 'auth_group.id',
        through: { from: 'auth_group_permissions.group_id', to: 'auth_group_permissions.permission_id' },
        to: 'auth_permission.id',
      },
    },
  };

  declare readonly id: number;
  declare readonly name: string;
  declare readonly permissions?: Permission[];
}
