import { Model, type RelationMappings } from 'objection';

/** django.contrib.contenttypes.models.ContentType */
class ContentType extends Model {
  static override readonly tableName = 'django_content_type';

  declare readonly id: number;
  declare readonly app_label: string;
}

/** django.contrib.auth.models.Permission */
export class Permission extends Model {
  static override readonly tableName = 'auth_permission';

  static override readonly relationMappings: RelationMappings = {
    contentType: {
      relation: Model.BelongsToOneRelation,
      modelClass: ContentType,
      join: { from: 'auth_permission.content_type_id', to: 'django_content_type.id' },
    },
  };

  declare readonly id: number;
  declare readonly codename: string;
  declare readonly contentType?: ContentType;
}
