import type { Identity } from '../access/identity.js';

/** The user name and password that a client sent. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A login attempt, as seen by the code that counts attempts. Names are normalised (NFKC). */
export interface LoginAttempt {
  /** Where it comes from: equal for attempts from the same place. */
  readonly place: string;
  /** The client's address, where that is known. */
  readonly address?: string | undefined;
  /**
   * Called before an attempt waits for its turn.
   * @throws Failure `too-many-requests` with Retry-After; `unavailable` if the count cannot be read
   */
  admit(username: string): Promise<void>;
  /**
   * Counts the attempt and runs its check, or refuses it. Not called for attempts that share the check of another one.
   * @param check resolves with undefined if the password is wrong, rejects if it cannot be checked
   * @throws Failure as {@link admit}; whatever `check` rejects with
   */
  count<T>(username: string, check: () => Promise<T | undefined>): Promise<T | undefined>;
}

/**
 * Finds out who sent credentials. Callers that ask about the same credentials repeatedly should pass the same object.
 */
export interface Authenticator {
  /**
   * The result of {@link authenticate} at once, for credentials that were recently verified and used in this place, as
   * in most requests.
   * @returns undefined if more work is needed
   */
  recall(credentials: Credentials, place: string): Identity | undefined;
  /**
   * @param attempt is asked if the credentials have not been verified yet, or only with requests from other places
   * @returns the active user with this password, as of at most a second ago; undefined if it is wrong
   * @throws Failure `unavailable` if the credentials cannot be checked; what `attempt` throws
   */
  authenticate(credentials: Credentials, attempt?: LoginAttempt): Promise<Identity | undefined>;
}
