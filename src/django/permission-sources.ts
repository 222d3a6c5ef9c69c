import type { Knex } from 'knex';
import type { PermissionSources } from '../access/identity.js';
import { Failure } from '../failure.js';
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
  try {
    const [user] = await userClass(model)
      .query(knex)
      .select(key)
      .whereIn(key, storedKeys(id).map(String))
      .withGraphFetched({
        ...(model.permissions && { permissions }),
        ...(model.groups && { groups: { permissions } }),
      });
    return {
      own: namesOf(user?.permissions),
      groups: new Map(user?.groups?.map((group) => [group.name, namesOf(group.permissions)])),
    };
  } catch (cause) {
    throw new Failure('unavailable', 'The user database cannot answer.', { cause });
  }
}

function namesOf(permissions: readonly Permission[] = []): ReadonlySet<string> {
  return new Set(
    permissions.flatMap(({ contentType, codename }) =>
      contentType ? [`${contentType.app_label}.${codename}`] : [],
    ),
  );
}
