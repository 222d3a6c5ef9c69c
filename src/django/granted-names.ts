import type { Knex } from 'knex';
import { answered } from './answered.js';
import { Group } from './models/group.js';
import { Permission } from './models/permission.js';
import type { UserModel } from './site.js';

/** The permissions and groups of a site that match given names, and others of the site. */
export interface GrantedNames {
  readonly permissions: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/** The most of each to read: enough to find similar names. */
const most = 20_000;

/**
 * The permissions (`app_label.codename`) and the groups of a site, exactly as it writes them. Empty if users have
 * none.
 * @throws Failure `unavailable` if the database cannot answer
 */
export async function grantedNames(
  knex: Knex,
  model: Pick<UserModel, 'groups' | 'permissions'>,
  grants: readonly { readonly kind: 'permission' | 'group'; readonly name: string }[],
): Promise<GrantedNames> {
  const named = (kind: 'permission' | 'group'): string[] =>
    grants.filter((grant) => grant.kind === kind).map(({ name }) => name);
  const groupNames = named('group');
  const codenames = named('permission').map((name) => name.slice(name.indexOf('.') + 1));
  const hasPermissions = model.groups ?? model.permissions;
  const queries = Promise.all([
    hasPermissions ? permissionsOf(knex).limit(most) : [],
    hasPermissions && codenames.length > 0
      ? permissionsOf(knex).whereIn('auth_permission.codename', codenames)
      : [],
    model.groups ? Group.query(knex).select('name').limit(most) : [],
    model.groups && groupNames.length > 0 ? Group.query(knex).select('name').whereIn('name', groupNames) : [],
  ]);
  const [all, these, groups, asked] = await answered(queries);
  return {
    permissions: new Set([...all, ...these].map(({ app_label, codename }) => `${app_label}.${codename}`)),
    groups: new Set([...groups, ...asked].map(({ name }) => name)),
  };
}

function permissionsOf(knex: Knex) {
  return Permission.query(knex)
    .joinRelated('contentType')
    .select('contentType.app_label', 'auth_permission.codename')
    .castTo<{ app_label: string; codename: string }[]>();
}
