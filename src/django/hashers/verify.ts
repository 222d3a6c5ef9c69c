import { timingSafeEqual } from 'node:crypto';
import type { Deriver } from './derivation.js';
import type { StoredPassword } from './hasher.js';

/**
 * Whether `password` is the one stored: one derivation, compared in constant time.
 * @throws Failure `unavailable` when it cannot be derived just now
 */
export async function verify(deriver: Deriver, stored: StoredPassword, password: string): Promise<boolean> {
  // The texts are compared, as in Django: two base64 texts can give the same bytes.
  const found = Buffer.from(await deriver.derive(stored.derivation, password));
  const expected = Buffer.from(stored.derived);
  return found.length === expected.length && timingSafeEqual(found, expected);
}
