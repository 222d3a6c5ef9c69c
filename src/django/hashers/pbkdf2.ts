import type { Hasher } from './hasher.js';

/** Django 5.2 uses a million; a row with many more would keep a thread busy for minutes. */
const maximumIterations = 10_000_000;

/** `pbkdf2_sha256$iterations$salt$base64` (PBKDF2PasswordHasher). */
export const pbkdf2Sha256 = pbkdf2('sha256', 32);

/** `pbkdf2_sha1$iterations$salt$base64` (PBKDF2SHA1PasswordHasher). */
export const pbkdf2Sha1 = pbkdf2('sha1', 20);

/** @param bytes the length of the digest */
function pbkdf2(digest: 'sha1' | 'sha256', bytes: number): Hasher {
  const algorithm = `pbkdf2_${digest}`;
  const digits = Math.ceil((bytes * 4) / 3);
  const padding = '='.repeat((3 - (bytes % 3)) % 3);
  const form = new RegExp(
    `^${algorithm}\\$([1-9]\\d{0,7})\\$([^$]+)\\$([A-Za-z0-9+/]{${digits}}${padding})$`,
  );
  return {
    algorithm,
    standard: { kind: 'pbkdf2', digest, salt: 'nobody', iterations: 1_000_000 },
    read: (encoded) => {
      const [, rounds, salt, derived] = form.exec(encoded) ?? [];
      if (rounds === undefined || salt === undefined || derived === undefined) return undefined;
      const iterations = Number(rounds);
      if (iterations > maximumIterations) return undefined;
      return { derivation: { kind: 'pbkdf2', digest, salt, iterations }, derived };
    },
  };
}
