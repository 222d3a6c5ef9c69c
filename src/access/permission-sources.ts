/** Where a user's permissions come from, each as `app_label.codename`. */
export interface PermissionSources {
  /** The permissions given to the user directly. */
  readonly own: ReadonlySet<string>;
  /** The permissions of each of the user's groups, by the group's name. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
}
