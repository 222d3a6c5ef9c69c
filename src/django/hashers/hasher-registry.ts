import type { Hasher, StoredPassword } from './hasher.js';

/** The hashers a site's passwords are read with, as Django's `PASSWORD_HASHERS`. */
export class HasherRegistry {
  readonly #hashers: ReadonlyMap<string, Hasher>;

  constructor(hashers: readonly Hasher[]) {
    this.#hashers = new Map(hashers.map((hasher) => [hasher.algorithm, hasher]));
  }

  /** Django's names of them. */
  get algorithms(): readonly string[] {
    return [...this.#hashers.keys()];
  }

  /**
   * Reads an encoded password with the hasher it names (`identify_hasher`).
   * @returns undefined for an unusable password (`!…`), an empty or broken one, or an algorithm that is not here
   */
  read(encoded: string): StoredPassword | undefined {
    const end = encoded.indexOf('$');
    return end === -1 ? undefined : this.#hashers.get(encoded.slice(0, end))?.read(encoded);
  }
}
