import type { DirectoryUser, UsersById } from '../directory.js';
import type { SessionSettings } from '../site.js';
import { DatabaseSessions } from './database-sessions.js';
import { SaltedHmac } from './salted-hmac.js';
import type { SessionReader } from './session-login.js';
import type { SessionTable } from './session-table.js';
import { SignedCookieSessions } from './signed-cookie-sessions.js';

interface SessionUsersOptions {
  readonly settings: SessionSettings;
  /** SECRET_KEY, then SECRET_KEY_FALLBACKS. */
  readonly secretKeys: readonly string[];
  /** Not used if the engine is `signed_cookies`. */
  readonly table: SessionTable;
  readonly users: UsersById;
  /** Milliseconds since 1970, as `Date.now()`. */
  readonly clock: () => number;
}

/**
 * The users who are logged in at a Django site, as `django.contrib.auth.get_user` finds them. Two things are stricter
 * here: inactive users are refused whatever the backend does, and the session must have the hash of the password even
 * if a user model could do without. A user model that overrides get_session_auth_hash is not supported: its sessions
 * are refused.
 */
export class SessionUsers {
  readonly #reader: SessionReader;
  readonly #users: UsersById;
  readonly #backends: readonly string[] | undefined;
  readonly #authHash: SaltedHmac;

  constructor(options: SessionUsersOptions) {
    this.#reader = readerFor(options);
    this.#users = options.users;
    this.#backends = options.settings.backends;
    this.#authHash = new SaltedHmac(
      'django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash',
      options.secretKeys,
    );
  }

  /**
   * The active user who is logged in with a session cookie, always read from the database.
   * @param cookieValue the value of the cookie named SESSION_COOKIE_NAME
   * @throws Failure `unavailable` if the database cannot answer
   */
  async find(cookieValue: string): Promise<DirectoryUser | undefined> {
    const login = await this.#reader.read(cookieValue);
    if (!login || this.#backends?.includes(login.backend) === false) return undefined;
    const user = await this.#users.findById(login.userId);
    if (user?.isActive !== true) return undefined;
    return this.#authHash.verifies(user.encodedPassword, login.authHash, 'hex') ? user : undefined;
  }
}

function readerFor({ settings, secretKeys: secrets, table, clock }: SessionUsersOptions): SessionReader {
  switch (settings.engine) {
    case 'db':
    case 'cached_db':
      return new DatabaseSessions({ table, secrets, clock });
    case 'signed_cookies':
      return new SignedCookieSessions({ secrets, cookieAge: settings.cookieAge, clock });
  }
}
