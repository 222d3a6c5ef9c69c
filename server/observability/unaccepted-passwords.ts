import { LRUCache } from 'lru-cache';
import type { HasherRegistry } from '../../src/django/hashers/hasher-registry.js';
import { faultInWords, passwordFault, type HashersAt } from '../../src/django/hashers/password-fault.js';
import { Batch } from '../../src/async/batch.js';
import type { Log } from './log.js';

export interface UnacceptedPasswordsOptions {
  readonly hashers: HasherRegistry;
  /** Where these are listed. */
  readonly hashersAt: HashersAt;
  readonly log: Log;
  /** Does work when nobody waits for it. */
  readonly batch?: Pick<Batch, 'add'>;
}

/** Users of whom it is remembered that the log has a line. */
const capacity = 10_000;

/** Writes down, once for each user, that nobody can sign in by the password which is stored for them. */
export class UnacceptedPasswords {
  readonly #options: UnacceptedPasswordsOptions;
  readonly #batch: Pick<Batch, 'add'>;
  readonly #told = new LRUCache<string, string>({ max: capacity });

  constructor(options: UnacceptedPasswordsOptions) {
    this.#options = options;
    this.#batch = options.batch ?? new Batch();
  }

  /**
   * A password was wrong. The look at why comes later, so that the answer tells nothing of it.
   * @param encodedPassword undefined where there is no active user of that name
   */
  refused(username: string, encodedPassword: string | undefined): void {
    this.#batch.add(() => {
      this.#tell(username, encodedPassword);
    });
  }

  #tell(user: string, encodedPassword: string | undefined): void {
    const { hashers, hashersAt, log } = this.#options;
    const fault = encodedPassword === undefined ? undefined : passwordFault(hashers, encodedPassword);
    if (!fault) return;
    const reason = `The password of this user ${faultInWords(fault, hashersAt)}.`;
    if (this.#told.get(user) === reason) return;
    this.#told.set(user, reason);
    if (fault.kind === 'unusable') log.info({ user, reason }, 'nobody can sign in by this password');
    else log.warn({ user, reason }, 'nobody can sign in by this password');
  }
}
