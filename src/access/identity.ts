/** A Django user as of now (django.contrib.auth.models.User); only an active user is an identity. */
export interface Identity {
  /** The primary key, as text. */
  readonly id: string;
  readonly username: string;
  readonly isStaff: boolean;
  readonly isSuperuser: boolean;
  /** Names of the groups the user is in. */
  readonly groups: ReadonlySet<string>;
  /** `app_label.codename` of every permission held, directly or through a group. */
  readonly permissions: ReadonlySet<string>;
  /** Whether the site itself was asked: then `permissions` are all, for a superuser too. */
  readonly permissionsBySite?: true;
}

/** Django's `User.has_perm` for an active user: a superuser has every permission, unless the site says otherwise. */
export function hasPermission(identity: Identity, permission: string): boolean {
  const hasAll = identity.isSuperuser && identity.permissionsBySite !== true;
  return hasAll || identity.permissions.has(permission);
}
