/** Where a user has permissions from, each as `app_label.codename`. */
export interface PermissionSources {
  /** Those given to the user alone. */
  readonly own: ReadonlySet<string>;
  /** Those of each group the user is in, by the group's name. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
}
