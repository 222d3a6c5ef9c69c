import type { Identity } from '../../src/access/identity.js';
import type { Authenticator, Credentials } from '../../src/credentials/authenticator.js';
import { placeOf, type Throttle } from '../../src/credentials/throttle.js';
import { isFailure } from '../../src/failure.js';
import type { Audit, LoginTry } from '../observability/audit.js';

interface PasswordLoginParts {
  readonly authenticator: Authenticator;
  readonly throttle: Throttle;
  readonly audit: Audit;
}

/** Logs users in by user name and password. Limits the attempts, and records the outcome of each. */
export class PasswordLogin {
  readonly #parts: PasswordLoginParts;

  constructor(parts: PasswordLoginParts) {
    this.#parts = parts;
  }

  /**
   * The user, if known without a check: the same credentials were right before, from the same address.
   * @param address the address of the client
   */
  recall(credentials: Credentials, address: string | undefined): Identity | undefined {
    return this.#parts.authenticator.recall(credentials, placeOf(address));
  }

  /**
   * @param from the origin and the target of the attempt
   * @returns undefined if the credentials are wrong
   * @throws Failure `too-many-requests` with Retry-After; `unavailable` if the credentials cannot be checked
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
