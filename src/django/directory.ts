import type { Identity } from '../access/identity.js';

/** A user row of Django's database as of now. */
export interface DirectoryUser extends Identity {
  readonly isActive: boolean;
  /** Django's encoded password, `algorithm$iterations$salt$hash` and its like. Never logged. */
  readonly encodedPassword: string;
}

/** Where users are looked up; reads only. */
export interface UserDirectory {
  /**
   * The user with exactly this user name (already normalised), active or not.
   * @throws Failure `unavailable` when the database cannot answer
   */
  find(username: string): Promise<DirectoryUser | undefined>;
}
