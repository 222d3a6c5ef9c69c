import type { Hasher } from './hasher.js';

const form = /^crypt\$[^$]*\$([./0-9A-Za-z]{2})([./0-9A-Za-z]{11})$/;

/** `crypt$$` and 13 characters of crypt(3) (CryptPasswordHasher, until Django 4.2); the first two are the salt. */
export const crypt: Hasher = {
  algorithm: 'crypt',
  standard: { kind: 'crypt', salt: 'no' },
  read: (encoded) => {
    const [, salt, derived] = form.exec(encoded) ?? [];
    if (salt === undefined || derived === undefined) return undefined;
    return { derivation: { kind: 'crypt', salt }, derived };
  },
};
