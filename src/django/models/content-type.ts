import { Model } from 'objection';

/** django.contrib.contenttypes.models.ContentType */
export class ContentType extends Model {
  static override readonly tableName = 'django_content_type';

  declare readonly id: number;
  declare readonly app_label: string;
  declare readonly model: string;
}
