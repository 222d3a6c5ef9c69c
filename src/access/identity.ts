/** The current state of a Django user (django.contrib.auth.models.User); only active users have an identity. */
export interface Identity {
  /** The primary key, as text. */
  readonly id: string;
  readonly username: string;
  readonly isStaff: boolean;
  readonly isSuperuser: boolean;
  /** Names of the user's groups. */
  readonly groups: ReadonlySet<string>;
  /** Every permission of the user, direct or through a group, as `app_label.codename`. */
  readonly permissions: ReadonlySet<string>;
}

/** Django's `User.has_perm` for an active user: a superuser has every permission. */
export function hasPermission(identity: Identity, permission: string): boolean {
  return identity.isSuperuser || identity.permissions.has(permission);
}
