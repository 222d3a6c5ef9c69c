/** The site's own code, asked who somebody is. */
export interface SiteSignIn {
  /**
   * Who has that name and password by the site's own backends.
   * @param address the client's, where it is known
   * @returns the user's primary key, as UsersById has it; undefined where nobody has
   * @throws Failure `unavailable` when the site does not answer
   */
  signIn(username: string, password: string, address: string | undefined): Promise<string | undefined>;
}

/** The site's own code, asked what somebody may. */
export interface SitePermissions {
  /**
   * What the user of that primary key may, as `app_label.codename`: of the permissions that are asked about exactly those
   * that `has_perm` grants.
   * @throws Failure `unavailable` when the site does not answer
   */
  permissionsOf(id: string): Promise<ReadonlySet<string>>;
}
