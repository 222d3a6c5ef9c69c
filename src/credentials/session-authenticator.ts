import type { Identity } from '../access/identity.js';
import type { DirectoryUser } from '../django/directory.js';
import { CredentialKey } from './credential-key.js';
import { FreshValues } from '../async/fresh-values.js';

/** Where the user of a session is looked up; reads only. */
export interface SessionDirectory {
  /**
   * The active user who is logged in by a session cookie of this value.
   * @throws Failure `unavailable` when the database cannot answer
   */
  find(cookieValue: string): Promise<DirectoryUser | undefined>;
}

export interface SessionAuthenticatorOptions {
  readonly sessions: SessionDirectory;
  /** Milliseconds on a clock that never goes back, such as `performance.now()`. */
  readonly now: () => number;
  /** The most sessions that are remembered. Default 10,000. */
  readonly capacity?: number;
}

/** Tells who a session cookie is of. */
export interface SessionLogins {
  /**
   * @param cookieValue the value of the session cookie
   * @returns the active user whose session this is; undefined when it is nobody's
   * @throws Failure `unavailable` when it cannot be told
   */
  authenticate(cookieValue: string): Promise<Identity | undefined>;
}

/** Browsers keep no cookie that is longer, in characters of name, value and attributes together. */
const maximumLength = 4096;

/**
 * Tells who is logged in at the site by a session cookie. A session costs one HMAC, and one reading a second: logging
 * out and every other change takes effect within a second.
 */
export class SessionAuthenticator implements SessionLogins {
  readonly #sessions: SessionDirectory;
  readonly #identities: FreshValues<Identity>;
  readonly #key = new CredentialKey();

  constructor({ sessions, now, capacity = 10_000 }: SessionAuthenticatorOptions) {
    this.#sessions = sessions;
    this.#identities = new FreshValues({ now, capacity });
  }

  /**
   * @param cookieValue the value of the session cookie
   * @returns the active user whose session this is, as of at most a second ago; undefined when it is nobody's
   * @throws Failure `unavailable` when it cannot be told
   */
  async authenticate(cookieValue: string): Promise<Identity | undefined> {
    if (cookieValue === '' || cookieValue.length > maximumLength) return undefined;
    const key = this.#key.of('session', cookieValue);
    return this.#identities.get(key, () => this.#read(cookieValue));
  }

  async #read(cookieValue: string): Promise<Identity | undefined> {
    const user = await this.#sessions.find(cookieValue);
    if (user?.isActive !== true) return undefined;
    const { isActive: _active, encodedPassword: _password, ...identity } = user;
    return identity;
  }
}
