import { LRUCache } from 'lru-cache';
import { SingleFlight } from '../../../src/async/single-flight.js';
import { CredentialKey } from '../../../src/credentials/credential-key.js';
import type { PasswordChecker } from '../../../src/django/hashers/hasher.js';

/** The most matches to remember. */
const capacity = 10_000;

/**
 * What the workers have checked: a password is derived once for each stored one that it is compared with, however many
 * of them ask. A match stays true whatever the database contains; what does not match is not remembered.
 */
export class SharedChecks {
  readonly #key = new CredentialKey();
  readonly #matches = new LRUCache<string, true>({ max: capacity });
  readonly #flights = new SingleFlight<string, boolean>();
  #derivations = 0;

  /** Passwords derived so far, right or wrong. */
  get derivations(): number {
    return this.#derivations;
  }

  /** @param checker does what is not known yet @param hashers the accepted ones: another list has other matches */
  by(checker: PasswordChecker, hashers: readonly string[]): PasswordChecker {
    const named = hashers.join();
    const derive = (password: string, encoded: string | undefined): Promise<boolean> => {
      this.#derivations += 1;
      return checker.check(password, encoded);
    };
    return {
      check: async (password, encoded) => {
        if (encoded === undefined) return derive(password, encoded);
        const key = this.#key.of(`${named} ${encoded}`, password);
        if (this.#matches.get(key) === true) return true;
        return this.#flights.run(key, async () => {
          const right = await derive(password, encoded);
          if (right) this.#matches.set(key, true);
          return right;
        });
      },
    };
  }
}
