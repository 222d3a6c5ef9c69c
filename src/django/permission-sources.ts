import type { Knex } from 'knex';
import type { PermissionSources } from '../access/identity.js';
import { answered } from './answered.js';
import type { Permission } from './models/permission.js';
import { userClass } from './models/user.js';
import { defaultUserModel, type UserModel } from './site.js';
import { storedKeys } from './user-key.js';

/**
 * Where a user's permissions come from, according to the database; a superuser has all permissions anyway. For
 * explanations only: the directory decides what a user may do.
 * @param id the user's primary key, as in an identity; an unknown user has no permissions
 * @throws Failure `unavailable` if the database cannot answer
 */
export async function permissionSources(
  knex: Knex,
  id: string,
  model: UserModel = defaultUserModel,
): Promise<PermissionSources> {
  const key = `${model.table}.${model.columns.id}`;
  const permissions = { contentType: true };
  const query = userClass(model)
    .query(knex)
    .select(key)
    .whereIn(key, storedKeys(id).map(String))
    .withGraphFetched({
      ...(model.permissions && { permissions }),
      ...(model.groups && { groups: { permissions } }),
    });
  const [user] = await answered(query);
  return {
    own: namesOf(user?.permissions),
    groups: new Map(user?.groups?.map((group) => [group.name, namesOf(group.permissions)])),
  };
}

function namesOf(permissions: readonly Permission[] = []): ReadonlySet<string> {
  return new Set(
    permissions.flatMap(({ contentType, codename }) =>
      contentType ? [`${contentType.app_label}.${codename}`] : [],
    ),
  );
}
