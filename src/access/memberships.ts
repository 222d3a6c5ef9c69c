/** Of whom the members are wanted. */
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
  /** What is no group of the site's is missing. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  /** Those who have the permission themselves, through a group, or as superusers. */
  readonly permissions: ReadonlyMap<string, ReadonlySet<string>>;
  readonly staff: ReadonlySet<string>;
  readonly superusers: ReadonlySet<string>;
}

/** Where users are found by what they have. */
export interface Memberships {
  /** @throws Failure `unavailable` when the database cannot answer */
  members(asked: AskedMembers): Promise<Members>;
}
