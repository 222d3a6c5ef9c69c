import type { Identity } from '../../src/access/identity.js';
import type { Authenticator, Credentials } from '../../src/credentials/authenticator.js';
import { placeOf, type Throttle } from '../../src/credentials/throttle.js';
import { isFailure } from '../../src/failure.js';
import type { Audit, LoginTry } from '../observability/audit.js';

export interface PasswordLoginParts {
  readonly authenticator: Authenticator;
  readonly throttle: Throttle;
  readonly audit: Audit;
}

/** Logs people in by user name and password: tries are limited, and what came of them is written down. */
export class PasswordLogin {
  readonly #parts: PasswordLoginParts;

  constructor(parts: PasswordLoginParts) {
    this.#parts = parts;
  }

  /**
   * Who it is, where that is known at once: the credentials were right before and came from the same place.
   * @param address the client's
   */
  recall(credentials: Credentials, address: string | undefined): Identity | undefined {
    return this.#parts.authenticator.recall(credentials, placeOf(address));
  }

  /**
   * @param from where the try comes from, and for what
   * @returns undefined when the credentials are wrong
   * @throws Failure `too-many-requests` with Retry-After; `unavailable` when it cannot be told
   */
  async login(credentials: Credentials, from: Omit<LoginTry, 'user'>): Promise<Identity | undefined> {
    const { authenticator, throttle, audit } = this.#parts;
    const attempt = throttle.attempt(from.address);
    const login = { ...from, user: credentials.username };
    try {
      const identity = await authenticator.authenticate(credentials, attempt);
      if (!identity) audit.refused(login);
      else if (attempt.counted) audit.accepted(login);
      return identity;
    } catch (error) {
      if (isFailure(error, 'too-many-requests')) audit.throttled(login, attempt.refusedFor);
      throw error;
    }
  }
}
