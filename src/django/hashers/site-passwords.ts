import { timingSafeEqual } from 'node:crypto';
import type { PasswordSamples } from '../directory.js';
import type { Derivation, Deriver } from './derivation.js';
import type { PasswordChecker, StoredPassword } from './hasher.js';
import type { HasherRegistry } from './site-hashers.js';
import { remainder } from './remainder.js';

interface SitePasswordsOptions {
  readonly hashers: HasherRegistry;
  readonly deriver: Deriver;
  readonly samples: PasswordSamples;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/**
 * How long a sample counts as the way in which the site stores passwords, in milliseconds: Django's next version may
 * use more.
 */
const sampleLifetime = 600_000;

/**
 * Checks passwords at the site's own cost. For a user without a usable password it derives what the site's newest
 * password requires; for a user with a cheaper one it makes up the difference, as in Django's `check_password`.
 */
export class SitePasswords implements PasswordChecker {
  readonly #options: SitePasswordsOptions;
  #sample: { readonly derivation: Derivation; readonly taken: number } | undefined;

  constructor(options: SitePasswordsOptions) {
    this.#options = options;
  }

  async check(password: string, encoded: string | undefined): Promise<boolean> {
    const { hashers, deriver } = this.#options;
    const whole = await this.#siteDerivation();
    const stored = encoded === undefined ? undefined : hashers.read(encoded);
    if (!stored) {
      await deriver.derive(whole, password);
      return false;
    }
    if (await verify(deriver, stored, password)) return true;
    for (const part of remainder(stored.derivation, whole)) await deriver.derive(part, password);
    return false;
  }

  async #siteDerivation(): Promise<Derivation> {
    const { hashers, now } = this.#options;
    const taken = now();
    if (this.#sample && taken - this.#sample.taken < sampleLifetime) return this.#sample.derivation;
    const { algorithm, standard } = hashers.preferred;
    const stored = (await this.#newest([algorithm])) ?? (await this.#newest(hashers.algorithms));
    const derivation = stored?.derivation ?? standard;
    this.#sample = { derivation, taken };
    return derivation;
  }

  async #newest(algorithms: readonly string[]): Promise<StoredPassword | undefined> {
    const { hashers, samples } = this.#options;
    const encoded = await samples.passwordSample(algorithms);
    return encoded === undefined ? undefined : hashers.read(encoded);
  }
}

/**
 * Whether `password` is the stored one: one derivation, compared in constant time.
 * @throws Failure `unavailable` if it cannot be derived at the moment
 */
export async function verify(deriver: Deriver, stored: StoredPassword, password: string): Promise<boolean> {
  // The texts are compared, as in Django: two base64 texts can encode the same bytes.
  const found = Buffer.from(await deriver.derive(stored.derivation, password));
  const expected = Buffer.from(stored.derived);
  return found.length === expected.length && timingSafeEqual(found, expected);
}
