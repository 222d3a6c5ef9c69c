import type { Hasher } from './hasher.js';

/** 128·r·(N + p) bytes for each running derivation. Django uses 16 MiB. */
const maximumMemory = 256 * 1024 * 1024;
/** N·r·p, some seconds of work: 12 times what Django 5.2 uses. */
const maximumWork = 8_388_608;

const form = /^scrypt\$([1-9]\d{0,7})\$([^$]+)\$([1-9]\d{0,7})\$([1-9]\d{0,7})\$([A-Za-z0-9+/]{86}==)$/;

/** `scrypt$N$salt$r$p$base64` (ScryptPasswordHasher, since Django 4.0; p is 5 since 5.1). */
export const scrypt: Hasher = {
  algorithm: 'scrypt',
  standard: { kind: 'scrypt', salt: 'nobody', cost: 16_384, blockSize: 8, parallelism: 5 },
  read: (encoded) => {
    const [, n, salt, r, p, derived] = form.exec(encoded) ?? [];
    if (salt === undefined || derived === undefined) return undefined;
    const [cost, blockSize, parallelism] = [Number(n), Number(r), Number(p)];
    if (cost === 1 || !Number.isInteger(Math.log2(cost))) return undefined;
    if (cost * blockSize * parallelism > maximumWork) return undefined;
    if (128 * blockSize * (cost + parallelism) > maximumMemory) return undefined;
    return { derivation: { kind: 'scrypt', salt, cost, blockSize, parallelism }, derived };
  },
};
