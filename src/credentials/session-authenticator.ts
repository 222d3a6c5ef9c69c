import type { Identity } from '../access/identity.js';
import type { DirectoryUser } from '../django/directory.js';
import { CredentialKey } from './credential-key.js';
import { FreshValues } from '../async/fresh-values.js';

/** Looks up the user of a session; only reads. */
interface SessionDirectory {
  /**
   * The active user who is logged in with a session cookie of this value.
   * @throws Failure `unavailable` if the database cannot answer
   */
  find(cookieValue: string): Promise<DirectoryUser | undefined>;
}

export interface SessionAuthenticatorOptions {
  readonly sessions: SessionDirectory;
  /** Milliseconds on a clock that never goes back, such as `performance.now()`. */
  readonly now: () => number;
  /** The most sessions to remember. Default: 10,000. */
  readonly capacity?: number;
}

/** Finds out whose a session cookie is. */
export interface SessionLogins {
  /**
   * @param cookieValue the value of the session cookie
   * @returns the active user whose session this is; undefined if it is nobody's
   * @throws Failure `unavailable` if that is not known
   */
  authenticate(cookieValue: string): Promise<Identity | undefined>;
}

/** Browsers do not store longer cookies, in characters of name, value and attributes together. */
const maximumLength = 4096;

/**
 * Finds out from a session cookie who is logged in at the site. A session costs one HMAC, and one read per second:
 * logging out and every other change take effect within a second.
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
   * @returns the active user with this session, as of at most a second ago; undefined if there is none
   * @throws Failure `unavailable` if the session cannot be checked
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
