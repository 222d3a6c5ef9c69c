/** The groups, permissions and roles to look up members for. */
export interface AskedMembers {
  /** Names of groups. */
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

/** Finds users by what they have. */
export interface Memberships {
  /** @throws Failure `unavailable` if the database cannot answer */
  members(asked: AskedMembers): Promise<Members>;
}
