import type { Hasher, StoredPassword } from './hasher.js';

/** Characters. Django's column holds 128; a longer text is not worth reading. */
const maximumLength = 1024;

/** The hashers that read a site's passwords, as in Django's `PASSWORD_HASHERS`: the first is for new passwords. */
export class HasherRegistry {
  readonly #hashers: ReadonlyMap<string, Hasher>;
  readonly preferred: Hasher;

  constructor(hashers: readonly [Hasher, ...Hasher[]]) {
    this.#hashers = new Map(hashers.map((hasher) => [hasher.algorithm, hasher]));
    this.preferred = hashers[0];
  }

  get algorithms(): readonly string[] {
    return [...this.#hashers.keys()];
  }

  /**
   * Reads an encoded password with the hasher that it names (`identify_hasher`).
   * @returns undefined for an unusable password (`!…`), an empty or broken one, or an algorithm that is not in the
   *   registry
   */
  read(encoded: string): StoredPassword | undefined {
    if (encoded.length > maximumLength) return undefined;
    return this.#hashers.get(algorithmIn(encoded))?.read(encoded);
  }
}

/** The algorithm that an encoded password names (`identify_hasher`); the whole text if it names none. */
export function algorithmIn(encoded: string): string {
  const [name = ''] = encoded.split('$', 1);
  if (encoded.length === 32 && name === encoded) return 'unsalted_md5';
  if (encoded.length === 37 && encoded.startsWith('md5$$')) return 'unsalted_md5';
  if (encoded.length === 46 && encoded.startsWith('sha1$$')) return 'unsalted_sha1';
  return name;
}
