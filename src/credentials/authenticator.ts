import type { Identity } from '../access/identity.js';

/** What a person sent to show who they are. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Tells who sent these credentials. */
export interface Authenticator {
  /**
   * @returns the active user whose password this is, as of at most a second ago; undefined when it is wrong
   * @throws Failure `unavailable` when it cannot be told
   */
  authenticate(credentials: Credentials): Promise<Identity | undefined>;
}
