import type { Identity } from '../access/identity.js';

/** What a person sent to show who they are. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A try at logging in, as whoever counts tries sees it. Names are normalised (NFKC). */
export interface LoginAttempt {
  /** Where it comes from: equal for tries from the same place. */
  readonly place: string;
  /** The client's address, where that is known. */
  readonly address?: string | undefined;
  /**
   * Asked before a try waits for its turn.
   * @throws Failure `too-many-requests` with Retry-After; `unavailable` when it cannot be told
   */
  admit(username: string): Promise<void>;
  /**
   * Counts the try and runs its check, or refuses. Not called for tries that share another one's check.
   * @param check resolves with undefined when the password is wrong, rejects when that cannot be told
   * @throws Failure as {@link admit}; whatever `check` rejects with
   */
  count<T>(username: string, check: () => Promise<T | undefined>): Promise<T | undefined>;
}

/** Tells who sent these credentials. Whoever is asked about the same again and again does well to ask with the same object. */
export interface Authenticator {
  /**
   * What {@link authenticate} would give at once, for credentials that were found right before and used in this place:
   * most requests carry such.
   * @returns undefined where there is more to do to tell
   */
  recall(credentials: Credentials, place: string): Identity | undefined;
  /**
   * @param attempt is asked where the credentials were not yet found right, or only when they came from other places
   * @returns the active user whose password this is, as of at most a second ago; undefined when it is wrong
   * @throws Failure `unavailable` when it cannot be told; what `attempt` throws
   */
  authenticate(credentials: Credentials, attempt?: LoginAttempt): Promise<Identity | undefined>;
}
