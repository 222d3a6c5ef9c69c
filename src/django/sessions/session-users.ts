import type { DirectoryUser, UsersById } from '../directory.js';
import type { SessionSettings } from '../site.js';
import type { KnexSessionTable } from './knex-session-table.js';
import { SaltedHmac } from './salted-hmac.js';
import { signedJson } from './signed-json.js';

interface SessionUsersOptions {
  readonly settings: SessionSettings;
  /** SECRET_KEY, then SECRET_KEY_FALLBACKS. */
  readonly secretKeys: readonly string[];
  /** Not used if the engine is `signed_cookies`. */
  readonly table: Pick<KnexSessionTable, 'read'>;
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
  readonly #readLogin: ReadLogin;
  readonly #users: UsersById;
  readonly #backends: readonly string[] | undefined;
  readonly #authHash: SaltedHmac;

  constructor(options: SessionUsersOptions) {
    this.#readLogin = loginReader(options);
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
    const login = await this.#readLogin(cookieValue);
    if (!login || this.#backends?.includes(login.backend) === false) return undefined;
    const user = await this.#users.findById(login.userId);
    if (user?.isActive !== true) return undefined;
    return this.#authHash.verifies(user.encodedPassword, login.authHash, 'hex') ? user : undefined;
  }
}

/**
 * The login in the session that a cookie's value names or contains. Undefined for an expired, broken, tampered or
 * unknown session, and for one without a login.
 */
type ReadLogin = (cookieValue: string) => Promise<SessionLogin | undefined>;

// Django makes keys of 32 characters from this alphabet; the column holds 40, and Django ignores keys of fewer than 8.
const sessionKey = /^[a-z0-9]{8,40}$/;

/**
 * Reads as the site's session engine does. For `db` and `cached_db`, the cookie contains a key, and the table the rest:
 * sessions that are only in the cache of `cached_db` are not seen, but that engine also writes every change to the
 * table. For `signed_cookies`, the cookie contains everything; as in Django itself, logging out only removes it from the
 * browser: a copy of it stays valid until it is too old, or the password or the secret changes.
 */
function loginReader({ settings, secretKeys, table, clock }: SessionUsersOptions): ReadLogin {
  if (settings.engine === 'signed_cookies') {
    const readSigned = signedJson('django.contrib.sessions.backends.signed_cookies', secretKeys);
    return (cookieValue) => {
      const found = readSigned(cookieValue);
      const inTime = found !== undefined && clock() / 1000 - found.signedAt <= settings.cookieAge;
      return Promise.resolve(inTime ? loginOf(found.content) : undefined);
    };
  }
  // `key_salt` of SessionBase: the class is named SessionStore in both engines.
  const readSigned = signedJson('django.contrib.sessions.SessionStore', secretKeys);
  return async (cookieValue) => {
    if (!sessionKey.test(cookieValue)) return undefined;
    const row = await table.read(cookieValue);
    // With the comparison the other way round, an `expires` that is not a number would never expire.
    if (row === undefined || !(row.expires > clock())) return undefined;
    return loginOf(readSigned(row.data)?.content);
  };
}

/** The login in a session, as recorded by `django.contrib.auth.login`. */
interface SessionLogin {
  /** The user's primary key as text, as Django's field writes it: a UUID has hyphens. */
  readonly userId: string;
  /** The dotted path of the authentication backend that accepted the user. */
  readonly backend: string;
  /** The result of `get_session_auth_hash` for the user's encoded password at that time. */
  readonly authHash: string;
}

function loginOf(content: unknown): SessionLogin | undefined {
  if (typeof content !== 'object' || content === null) return undefined;
  if (!('_auth_user_id' in content && '_auth_user_backend' in content && '_auth_user_hash' in content)) {
    return undefined;
  }
  const { _auth_user_id: userId, _auth_user_backend: backend, _auth_user_hash: authHash } = content;
  if (typeof userId !== 'string' || typeof backend !== 'string' || typeof authHash !== 'string') {
    return undefined;
  }
  return { userId, backend, authHash };
}
