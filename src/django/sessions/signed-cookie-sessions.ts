import { loginOf, type SessionLogin, type SessionReader } from './session-login.js';
import { SignedJson } from './signed-json.js';

interface SignedCookieSessionsOptions {
  /** SECRET_KEY, then SECRET_KEY_FALLBACKS. */
  readonly secrets: readonly string[];
  /** SESSION_COOKIE_AGE, in seconds. */
  readonly cookieAge: number;
  /** Milliseconds since 1970, as `Date.now()`. */
  readonly clock: () => number;
}

/**
 * Sessions of the engine `signed_cookies`: the cookie contains everything. As in Django itself, logging out only
 * removes the cookie from the browser: a copy of it stays valid until it is too old, or the password or the secret
 * changes.
 */
export class SignedCookieSessions implements SessionReader {
  readonly #signed: SignedJson;
  readonly #cookieAge: number;
  readonly #clock: () => number;

  constructor({ secrets, cookieAge, clock }: SignedCookieSessionsOptions) {
    this.#signed = new SignedJson('django.contrib.sessions.backends.signed_cookies', secrets);
    this.#cookieAge = cookieAge;
    this.#clock = clock;
  }

  read(cookieValue: string): Promise<SessionLogin | undefined> {
    const signed = this.#signed.read(cookieValue);
    const inTime = signed !== undefined && this.#clock() / 1000 - signed.signedAt <= this.#cookieAge;
    return Promise.resolve(inTime ? loginOf(signed.content) : undefined);
  }
}
