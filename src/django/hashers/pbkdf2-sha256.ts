import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Hasher, StoredPassword } from './hasher.js';

const derive = promisify(pbkdf2);

const algorithm = 'pbkdf2_sha256';
const digestBytes = 32;
/** Django 5.2 takes a million; a row asking for much more would keep a thread busy for minutes. */
const maximumIterations = 10_000_000;

const encodedForm = /^pbkdf2_sha256\$([1-9]\d{0,7})\$([^$]+)\$([A-Za-z0-9+/]{43}=)$/;

/** `pbkdf2_sha256$iterations$salt$base64` (django.contrib.auth.hashers.PBKDF2PasswordHasher). */
export const pbkdf2Sha256: Hasher = {
  algorithm,
  read: (encoded) => {
    const [, iterations, salt, hash] = encodedForm.exec(encoded) ?? [];
    if (iterations === undefined || salt === undefined || hash === undefined) return undefined;
    const rounds = Number(iterations);
    return rounds > maximumIterations ? undefined : pbkdf2Password(rounds, salt, hash);
  },
};

/** @param hash the derived key, 32 bytes in base64 */
export function pbkdf2Password(rounds: number, salt: string, hash: string): StoredPassword {
  const expected = Buffer.from(hash);
  return {
    algorithm,
    rounds,
    verify: async (password) => {
      const key = await derive(password, salt, rounds, digestBytes, 'sha256');
      // The texts are compared, as in Django: two base64 texts can give the same bytes.
      const found = Buffer.from(key.toString('base64'));
      return found.length === expected.length && timingSafeEqual(found, expected);
    },
    spend: async (password, more) => {
      await derive(password, salt, more, digestBytes, 'sha256');
    },
  };
}
