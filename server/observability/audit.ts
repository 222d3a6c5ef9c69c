import type { Log } from './log.js';
import type { LoginOutcome } from './metrics.js';

/** Who tried to log in, where from and for what. */
export interface LoginTry {
  /** The client's address; undefined when the connection was gone too soon. */
  readonly address: string | undefined;
  readonly requestId: string;
  /** The path of the share that was asked for, where one was. */
  readonly share: string | undefined;
  /** As it was sent, right or wrong. */
  readonly user: string;
}

/** User names are cut to this many UTF-16 code units: Django's are shorter. */
const longestUser = 254;

/**
 * One line for each login. fail2ban reads them (docs/fail2ban.md): `event` and `address` come first, before anything
 * that a client chose.
 */
export class Audit {
  readonly #log: Log;
  readonly #count: (outcome: LoginOutcome) => void;

  /** @param count is told what came of each login */
  constructor(log: Log, count: (outcome: LoginOutcome) => void = () => undefined) {
    this.#log = log;
    this.#count = count;
  }

  /** The password was checked and right; requests that carry it from the same place write no further lines. */
  accepted(login: LoginTry): void {
    this.#count('accepted');
    this.#log.info({ event: 'login-accepted', ...fields(login) }, 'login accepted');
  }

  /** Whether the user is unknown, inactive or has another password is not told here either. */
  refused(login: LoginTry): void {
    this.#count('refused');
    this.#log.info({ event: 'login-refused', ...fields(login, 'wrong-credentials') }, 'login refused');
  }

  /** @param limit the one that was reached */
  throttled(login: LoginTry, limit: 'address' | 'user' | undefined): void {
    this.#count('throttled');
    const reason = limit === 'user' ? 'too-many-for-user' : 'too-many-from-address';
    this.#log.info({ event: 'login-throttled', ...fields(login, reason) }, 'login throttled');
  }
}

function fields({ address, requestId, share, user }: LoginTry, reason?: string): object {
  return { address, reason, requestId, share, user: user.slice(0, longestUser) };
}
