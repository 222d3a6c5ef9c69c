import type { Log } from './log.js';
import type { LoginOutcome } from './metrics.js';

export interface LoginTry {
  /** The client's address; undefined if the connection closed too early. */
  readonly address: string | undefined;
  readonly requestId: string;
  /** The path of the requested share; undefined outside the shares. */
  readonly share: string | undefined;
  /** The user name as sent, right or wrong. */
  readonly user: string;
}

/** User names are truncated to this many UTF-16 code units. Django's names are shorter. */
const longestUser = 254;

/**
 * Logs one line for each login. fail2ban reads these lines (docs/fail2ban.md): `event` and `address` come first, before
 * any value that the client controls.
 */
export class Audit {
  readonly #log: Log;
  readonly #count: (outcome: LoginOutcome) => void;

  constructor(log: Log, count: (outcome: LoginOutcome) => void = () => undefined) {
    this.#log = log;
    this.#count = count;
  }

  /** The password was checked and right. Later requests with it from the same address log no further lines. */
  accepted(login: LoginTry): void {
    this.#count('accepted');
    this.#log.info({ event: 'login-accepted', ...fields(login) }, 'login accepted');
  }

  /** Here, too, the line does not reveal whether the user is unknown or inactive, or the password is wrong. */
  refused(login: LoginTry): void {
    this.#count('refused');
    this.#log.info({ event: 'login-refused', ...fields(login, 'wrong-credentials') }, 'login refused');
  }

  throttled(login: LoginTry, limit: 'address' | 'user' | undefined): void {
    this.#count('throttled');
    const reason = limit === 'user' ? 'too-many-for-user' : 'too-many-from-address';
    this.#log.info({ event: 'login-throttled', ...fields(login, reason) }, 'login throttled');
  }
}

function fields({ address, requestId, share, user }: LoginTry, reason?: string): object {
  return { address, reason, requestId, share, user: user.slice(0, longestUser) };
}
