import { LRUCache } from 'lru-cache';
import type { HasherRegistry } from '../../src/django/hashers/site-hashers.js';
import { faultInWords, passwordFault, type HashersAt } from '../../src/django/hashers/password-fault.js';
import { Batch } from '../../src/async/batch.js';
import type { Log } from './log.js';

interface UnacceptedPasswordsOptions {
  readonly hashers: HasherRegistry;
  readonly hashersAt: HashersAt;
  readonly log: Log;
  /** Runs work in the background. */
  readonly batch?: Pick<Batch, 'add'>;
}

/** The most users to remember as already logged. */
const capacity = 10_000;

/** Logs, once for each user, that their stored password cannot be used to sign in. */
export class UnacceptedPasswords {
  readonly #options: UnacceptedPasswordsOptions;
  readonly #batch: Pick<Batch, 'add'>;
  readonly #told = new LRUCache<string, string>({ max: capacity });

  constructor(options: UnacceptedPasswordsOptions) {
    this.#options = options;
    this.#batch = options.batch ?? new Batch();
  }

  /**
   * Call for a refused password. The stored one is checked later, so that the timing of the response reveals nothing.
   * @param encodedPassword undefined if there is no active user with that name
   */
  refused(username: string, encodedPassword: string | undefined): void {
    this.#batch.add(() => this.#tell(username, encodedPassword));
  }

  #tell(user: string, encodedPassword: string | undefined): void {
    const { hashers, hashersAt, log } = this.#options;
    const fault = encodedPassword === undefined ? undefined : passwordFault(hashers, encodedPassword);
    if (!fault) return;
    const reason = `The password of this user ${faultInWords(fault, hashersAt)}.`;
    if (this.#told.get(user) === reason) return;
    this.#told.set(user, reason);
    if (fault.kind === 'unusable') log.info({ user, reason }, 'stored password not accepted');
    else log.warn({ user, reason }, 'stored password not accepted');
  }
}
