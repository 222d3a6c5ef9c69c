import type { PasswordSamples } from '../directory.js';
import type { PasswordChecker, StoredPassword } from './hasher.js';
import type { HasherRegistry } from './hasher-registry.js';
import { pbkdf2Password } from './pbkdf2-sha256.js';

export interface SitePasswordsOptions {
  readonly hashers: HasherRegistry;
  readonly samples: PasswordSamples;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** How long a sample is taken for how the site stores passwords, in milliseconds: Django's next version may ask more. */
const sampleLifetime = 600_000;

/** Stands in where nobody has a password yet: the iterations of Django 4.2. */
const fallback = pbkdf2Password(600_000, 'nobody', '');

/**
 * Checks passwords at the site's own cost. Who has no password to check against has a sample of the site's passwords
 * derived instead, and who has a cheaper one pays the difference, as in Django's `check_password`.
 */
export class SitePasswords implements PasswordChecker {
  readonly #options: SitePasswordsOptions;
  #sample: { readonly password: StoredPassword; readonly taken: number } | undefined;

  constructor(options: SitePasswordsOptions) {
    this.#options = options;
  }

  async check(password: string, encoded: string | undefined): Promise<boolean> {
    const sample = await this.#currentSample();
    const stored = encoded === undefined ? undefined : this.#options.hashers.read(encoded);
    if (!stored) {
      await sample.verify(password);
      return false;
    }
    if (await stored.verify(password)) return true;
    const missing = stored.algorithm === sample.algorithm ? sample.rounds - stored.rounds : 0;
    if (missing > 0) await stored.spend(password, missing);
    return false;
  }

  async #currentSample(): Promise<StoredPassword> {
    const { hashers, samples, now } = this.#options;
    const taken = now();
    if (this.#sample && taken - this.#sample.taken < sampleLifetime) return this.#sample.password;
    const encoded = await samples.passwordSample(hashers.algorithms);
    const password = (encoded === undefined ? undefined : hashers.read(encoded)) ?? fallback;
    this.#sample = { password, taken };
    return password;
  }
}
