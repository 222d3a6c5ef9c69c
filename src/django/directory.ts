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
   * The user with exactly this user name, active or not. A name that two users share is nobody's.
   * @throws Failure `unavailable` when the database cannot answer
   */
  find(username: string): Promise<DirectoryUser | undefined>;
}

/** Where users are looked up by their primary key. */
export interface UsersById {
  /**
   * The user whose primary key Django writes so (`str(user.pk)`; a UUID with hyphens), active or not; undefined also
   * for a text that cannot be a key.
   * @throws Failure `unavailable` when the database cannot answer
   */
  findById(id: string): Promise<DirectoryUser | undefined>;
}

/** Where all users are read one after the other. */
export interface UserList {
  /**
   * Every user who has a name, in batches, by primary key.
   * @throws Failure `unavailable` when the database cannot answer
   */
  list(): AsyncIterable<readonly DirectoryUser[]>;
}

/** Where a stored password of the site can be seen, to learn what checking one costs there. */
export interface PasswordSamples {
  /**
   * The encoded password of the newest user who has one of these algorithms, which is how the site stores them now.
   * @throws Failure `unavailable` when the database cannot answer
   */
  passwordSample(algorithms: readonly string[]): Promise<string | undefined>;
}
