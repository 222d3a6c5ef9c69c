import type { Hasher } from './hasher.js';

type DigestName = 'md5' | 'sha1';

const hexDigits = { md5: 32, sha1: 40 } as const;

/** `md5$salt$hex` (MD5PasswordHasher). */
export const md5 = salted('md5');

/** `sha1$salt$hex` (SHA1PasswordHasher). */
export const sha1 = salted('sha1');

/** A bare MD5 in hexadecimal, or `md5$$hex` (UnsaltedMD5PasswordHasher, until Django 5.0). */
export const unsaltedMd5 = unsalted('md5', /^(?:md5\$\$)?([0-9a-f]{32})$/);

/** `sha1$$hex` (UnsaltedSHA1PasswordHasher, until Django 5.0). Django never accepted a bare SHA-1. */
export const unsaltedSha1 = unsalted('sha1', /^sha1\$\$([0-9a-f]{40})$/);

function salted(digest: DigestName): Hasher {
  const form = new RegExp(`^${digest}\\$([^$]+)\\$([0-9a-f]{${hexDigits[digest]}})$`);
  return {
    algorithm: digest,
    standard: { kind: 'digest', digest, salt: 'nobody' },
    read: (encoded) => {
      const [, salt, derived] = form.exec(encoded) ?? [];
      if (salt === undefined || derived === undefined) return undefined;
      return { derivation: { kind: 'digest', digest, salt }, derived };
    },
  };
}

function unsalted(digest: DigestName, form: RegExp): Hasher {
  const derivation = { kind: 'digest', digest, salt: '' } as const;
  return {
    algorithm: `unsalted_${digest}`,
    standard: derivation,
    read: (encoded) => {
      const [, derived] = form.exec(encoded) ?? [];
      return derived === undefined ? undefined : { derivation, derived };
    },
  };
}
