import type { Identity } from '../access/identity.js';

/** The current row of a user in Django's database. */
export interface DirectoryUser extends Identity {
  readonly isActive: boolean;
  /** Django's encoded password, `algorithm$iterations$salt$hash` and similar forms. Never logged. */
  readonly encodedPassword: string;
}

/** Looks up users; only reads. */
export interface UserDirectory {
  /**
   * The user with exactly this user name, active or not; undefined if two users share the name.
   * @throws Failure `unavailable` if the database cannot answer
   */
  find(username: string): Promise<DirectoryUser | undefined>;
}

export interface UsersById {
  /**
   * The user whose primary key Django writes like this (`str(user.pk)`; a UUID with hyphens), active or not; undefined
   * also for a text that cannot be a key.
   * @throws Failure `unavailable` if the database cannot answer
   */
  findById(id: string): Promise<DirectoryUser | undefined>;
}

export interface UserList {
  /**
   * Every user with a name, in batches, by primary key.
   * @throws Failure `unavailable` if the database cannot answer
   */
  list(): AsyncIterable<readonly DirectoryUser[]>;
}

/** Samples a stored password of the site, to learn what checking one costs there. */
export interface PasswordSamples {
  /**
   * The encoded password of the newest user who has one of these algorithms: the way in which the site stores
   * passwords now.
   * @throws Failure `unavailable` if the database cannot answer
   */
  passwordSample(algorithms: readonly string[]): Promise<string | undefined>;
}
