/** A user as the site knows them. */
export interface SiteUser {
  /** The primary key, as UsersById has it. */
  readonly id: string;
  /** What the row has in its USERNAME_FIELD, whatever was typed. */
  readonly username: string;
}

/** The site's own code, asked who somebody is. */
export interface SiteSignIn {
  /**
   * Who has that name and password by the site's own backends.
   * @param address the client's, where it is known
   * @returns undefined where nobody has
   * @throws Failure `unavailable` when the site does not answer
   */
  signIn(username: string, password: string, address: string | undefined): Promise<SiteUser | undefined>;
}

/** The site's own code, asked what somebody may. */
export interface SitePermissions {
  /**
   * What the user may, as `app_label.codename`: of the permissions that are asked about exactly those
   * that `has_perm` grants.
   * @throws Failure `unavailable` when the site does not answer
   */
  permissionsOf(user: SiteUser): Promise<ReadonlySet<string>>;
}
