import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto';
import type {
  Argon2Derivation,
  BcryptDerivation,
  CryptDerivation,
  Derivation,
  Pbkdf2Derivation,
  ScryptDerivation,
} from './derivation.js';

const digestBytes = { sha1: 20, sha256: 32 } as const;
const scryptBytes = 64;

/**
 * What `password` gives. All the work is done on the calling thread, which it blocks.
 * @throws Error when there is no memory for it, or no library for it on this platform
 */
export async function derive(derivation: Derivation, password: string): Promise<string> {
  switch (derivation.kind) {
    case 'pbkdf2':
      return pbkdf2(derivation, password);
    case 'argon2':
      return argon2(derivation, password);
    case 'bcrypt':
      return bcrypt(derivation, password);
    case 'scrypt':
      return scrypt(derivation, password);
    case 'digest':
      return createHash(derivation.digest)
        .update(derivation.salt + password)
        .digest('hex');
    case 'crypt':
      return crypt(derivation, password);
  }
}

function pbkdf2({ digest, salt, iterations }: Pbkdf2Derivation, password: string): string {
  return pbkdf2Sync(password, salt, iterations, digestBytes[digest], digest).toString('base64');
}

// Libraries that not every site needs are loaded when they are: where one is missing, the others still work.

const argon2Numbers = { argon2d: 0, argon2i: 1, argon2id: 2 } as const;

/** What is used of the library. Its enums are const ones, which only their numbers can stand for here. */
interface Argon2Library {
  readonly hashRawSync: (
    password: string,
    options: {
      algorithm: 0 | 1 | 2;
      version: 0 | 1;
      memoryCost: number;
      timeCost: number;
      parallelism: number;
      salt: Uint8Array;
      outputLen: number;
    },
  ) => Buffer;
}

async function argon2(derivation: Argon2Derivation, password: string): Promise<string> {
  const { hashRawSync }: Argon2Library = await import('@node-rs/argon2');
  const hash = hashRawSync(password, {
    algorithm: argon2Numbers[derivation.variant],
    version: derivation.version === 16 ? 0 : 1,
    memoryCost: derivation.memory,
    timeCost: derivation.passes,
    parallelism: derivation.lanes,
    salt: derivation.salt,
    outputLen: derivation.length,
  });
  return hash.toString('base64').replace(/=+$/, '');
}

async function bcrypt({ prehashed, cost, salt }: BcryptDerivation, password: string): Promise<string> {
  const { hashSync } = await import('bcryptjs');
  const settings = `$2b$${String(cost).padStart(2, '0')}$${salt}`;
  const input = prehashed ? createHash('sha256').update(password).digest('hex') : password;
  return hashSync(input, settings).slice(settings.length);
}

function scrypt({ salt, cost, blockSize, parallelism }: ScryptDerivation, password: string): string {
  // OpenSSL counts a little more than 128·r·(N + p).
  const maxmem = 256 * blockSize * (cost + parallelism + 2);
  return scryptSync(password, salt, scryptBytes, {
    cost,
    blockSize,
    parallelization: parallelism,
    maxmem,
  }).toString('base64');
}

async function crypt({ salt }: CryptDerivation, password: string): Promise<string> {
  // crypt(3) ends a password at a NUL, and Python refuses one with a NUL: no text is the answer that never matches.
  if (password.includes('\0')) return '';
  const { default: unixCrypt } = await import('unix-crypt-td-js');
  return unixCrypt([...Buffer.from(password)], salt).slice(salt.length);
}
