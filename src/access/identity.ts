/** The current state of a Django user (django.contrib.auth.models.User); only active users have an identity. */
export interface Identity {
  /** The primary key, as text. */
  readonly id: string;
  readonly username: string;
  readonly isStaff: boolean;
  readonly isSuperuser: boolean;
  /** Django's get_full_name; missing where users have none, or nobody is told it. */
  readonly fullName?: string;
  /** The e-mail address; missing as the name is. */
  readonly email?: string;
  readonly groups: ReadonlySet<string>;
  /** Every permission of the user, direct or through a group, as `app_label.codename`. */
  readonly permissions: ReadonlySet<string>;
  /** Whether the site itself was asked: then `permissions` are all, for a superuser too. */
  readonly permissionsBySite?: true;
}

/** Somebody who has not signed in: no user, so nothing can be theirs. */
interface Anonymous {
  readonly anonymous: true;
}

export const anonymous: Anonymous = { anonymous: true };

/** Who asks to read. Writing is for an {@link Identity}. */
export type Visitor = Identity | Anonymous;

export function isAnonymous(visitor: Visitor): visitor is Anonymous {
  return 'anonymous' in visitor;
}

export function usernameOf(visitor: Visitor): string | undefined {
  return isAnonymous(visitor) ? undefined : visitor.username;
}

/** Django's `User.has_perm` for an active user: a superuser has every permission, unless the site says otherwise. */
export function hasPermission(identity: Identity, permission: string): boolean {
  const hasAll = identity.isSuperuser && identity.permissionsBySite !== true;
  return hasAll || identity.permissions.has(permission);
}

/** Where a user's permissions come from, each as `app_label.codename`. */
export interface PermissionSources {
  readonly own: ReadonlySet<string>;
  /** The permissions of each of the user's groups, by the group's name. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The groups, permissions and roles to look up members for. */
export interface AskedMembers {
  readonly groups: readonly string[];
  /** As `app_label.codename`. */
  readonly permissions: readonly string[];
  readonly staff: boolean;
  readonly superusers: boolean;
}

/** User names of active users. */
export interface Members {
  /** Without the groups that do not exist at the site. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  /** The users who have the permission directly, through a group, or as superusers. */
  readonly permissions: ReadonlyMap<string, ReadonlySet<string>>;
  readonly staff: ReadonlySet<string>;
  readonly superusers: ReadonlySet<string>;
}

export interface Memberships {
  /** @throws Failure `unavailable` if the database cannot answer */
  members(asked: AskedMembers): Promise<Members>;
}
