import type { Argon2Derivation } from './derivation.js';
import type { Hasher } from './hasher.js';

/** KiB: half a GiB for each running derivation. Django uses 102,400. */
const maximumMemory = 524_288;
/** KiB times passes, some seconds of work: 40 times what Django uses. */
const maximumWork = 8_388_608;
/** Django uses 8. */
const maximumLanes = 255;

const form = new RegExp(
  [
    '^argon2',
    '(argon2(?:d|i|id))(?:\\$v=(16|19))?',
    'm=([1-9]\\d{0,9}),t=([1-9]\\d{0,9}),p=([1-9]\\d{0,2})',
    '([A-Za-z0-9+/]+)',
    '([A-Za-z0-9+/]+)$',
  ].join('\\$'),
);

/**
 * `argon2$argon2id$v=19$m=102400,t=2,p=8$salt$hash` (Argon2PasswordHasher): argon2's own form after Django's name.
 * Without `v=` it is version 16, as written by libargon2 before 2016.
 */
export const argon2: Hasher = {
  algorithm: 'argon2',
  standard: {
    kind: 'argon2',
    variant: 'argon2id',
    version: 19,
    memory: 102_400,
    passes: 2,
    lanes: 8,
    salt: Buffer.from('nobody has this salt'),
    length: 32,
  },
  read: (encoded) => {
    const [, name, version, m, t, p, saltText, derived] = form.exec(encoded) ?? [];
    const variant = variants.find((each) => each === name);
    const salt = saltText === undefined ? undefined : decode(saltText);
    const hash = derived === undefined ? undefined : decode(derived);
    if (!variant || !salt || !hash || derived === undefined) return undefined;
    const derivation: Argon2Derivation = {
      kind: 'argon2',
      variant,
      version: version === '19' ? 19 : 16,
      memory: Number(m),
      passes: Number(t),
      lanes: Number(p),
      salt,
      length: hash.length,
    };
    return isPossible(derivation) ? { derivation, derived } : undefined;
  },
};

const variants = ['argon2d', 'argon2i', 'argon2id'] as const;

/** libargon2's smallest values, and our largest ones. */
function isPossible({ memory, passes, lanes, salt, length }: Argon2Derivation): boolean {
  return (
    salt.length >= 8 &&
    length >= 4 &&
    memory >= 8 * lanes &&
    memory <= maximumMemory &&
    memory * passes <= maximumWork &&
    lanes <= maximumLanes
  );
}

/** Base64 without padding; undefined if the text is not the canonical one for its bytes. */
function decode(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === text ? bytes : undefined;
}
