import { argon2 } from './argon2.js';
import { bcrypt, bcryptSha256 } from './bcrypt.js';
import { crypt } from './crypt.js';
import { md5, sha1, unsaltedMd5, unsaltedSha1 } from './digests.js';
import type { Hasher } from './hasher.js';
import { HasherRegistry } from './site-hashers.js';
import { pbkdf2Sha1, pbkdf2Sha256 } from './pbkdf2.js';
import { scrypt } from './scrypt.js';

/** The hashers by their class names in django.contrib.auth.hashers, of every Django from 3.2 to 6.1. */
const hashersByClass: ReadonlyMap<string, Hasher> = new Map([
  ['PBKDF2PasswordHasher', pbkdf2Sha256],
  ['PBKDF2SHA1PasswordHasher', pbkdf2Sha1],
  ['Argon2PasswordHasher', argon2],
  ['BCryptSHA256PasswordHasher', bcryptSha256],
  ['BCryptPasswordHasher', bcrypt],
  ['ScryptPasswordHasher', scrypt],
  ['SHA1PasswordHasher', sha1],
  ['MD5PasswordHasher', md5],
  ['UnsaltedSHA1PasswordHasher', unsaltedSha1],
  ['UnsaltedMD5PasswordHasher', unsaltedMd5],
  ['CryptPasswordHasher', crypt],
]);

const hashersByAlgorithm: ReadonlyMap<string, Hasher> = new Map(
  Array.from(hashersByClass.values(), (hasher) => [hasher.algorithm, hasher]),
);

/** Django's names of all hashers that davgate supports. */
export const knownAlgorithms: readonly string[] = [...hashersByAlgorithm.keys()];

/** Django's own default for PASSWORD_HASHERS (django.conf.global_settings, 6.1). */
export const defaultAlgorithms: readonly string[] = [
  'pbkdf2_sha256',
  'pbkdf2_sha1',
  'argon2',
  'bcrypt_sha256',
  'scrypt',
];

/**
 * The hashers with these names, the site's default first. Hashers that are not named are not accepted.
 * @throws RangeError if one is unknown or the list is empty
 */
export function createHashers(algorithms: readonly string[] = defaultAlgorithms): HasherRegistry {
  const [preferred, ...others] = algorithms.map((algorithm) => {
    const hasher = hashersByAlgorithm.get(algorithm);
    if (!hasher) throw new RangeError(`There is no password hasher ${JSON.stringify(algorithm)}.`);
    return hasher;
  });
  if (!preferred) throw new RangeError('At least one password hasher is needed.');
  return new HasherRegistry([preferred, ...others]);
}

/**
 * The algorithm of an entry of PASSWORD_HASHERS, such as `django.contrib.auth.hashers.PBKDF2PasswordHasher`.
 * @returns undefined for anything but a class of Django's own
 */
export function algorithmOf(dottedPath: string): string | undefined {
  const [, name] = /^django\.contrib\.auth\.hashers\.(\w+)$/.exec(dottedPath) ?? [];
  return name === undefined ? undefined : hashersByClass.get(name)?.algorithm;
}
