import { loginOf, type SessionLogin, type SessionReader } from './session-login.js';
import type { SessionTable } from './session-table.js';
import { SignedJson } from './signed-json.js';

interface DatabaseSessionsOptions {
  readonly table: SessionTable;
  /** SECRET_KEY, then SECRET_KEY_FALLBACKS. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970, as `Date.now()`. */
  readonly clock: () => number;
}

// Django makes keys of 32 characters from this alphabet; the column holds 40, and Django ignores keys of fewer than 8.
const sessionKey = /^[a-z0-9]{8,40}$/;

/**
 * Sessions of the engines `db` and `cached_db`: the cookie contains a key, and the table the rest. Sessions that are
 * only in the cache of `cached_db` are not seen, but that engine also writes every change to the table.
 */
export class DatabaseSessions implements SessionReader {
  readonly #table: SessionTable;
  readonly #clock: () => number;
  readonly #signed: SignedJson;

  constructor({ table, secrets, clock }: DatabaseSessionsOptions) {
    this.#table = table;
    this.#clock = clock;
    // `key_salt` of SessionBase: the class is named SessionStore in both engines.
    this.#signed = new SignedJson('django.contrib.sessions.SessionStore', secrets);
  }

  async read(cookieValue: string): Promise<SessionLogin | undefined> {
    if (!sessionKey.test(cookieValue)) return undefined;
    const row = await this.#table.read(cookieValue);
    // With the comparison the other way round, an `expires` that is not a number would never expire.
    if (row === undefined || !(row.expires > this.#clock())) return undefined;
    return loginOf(this.#signed.read(row.data)?.content);
  }
}
