import { timingSafeEqual } from 'node:crypto';
import type { Deriver } from './derivation.js';
import type { StoredPassword } from './hasher.js';

/**
 * Whether `password` is the stored one: one derivation, compared in constant time.
 * @throws Failure `unavailable` if it cannot be derived at the moment
 */
export async function verify(deriver: Deriver, stored: StoredPassword, password: string): Promise<boolean> {
  // The texts are compared, as in Django: two base64 texts can encode the same bytes.
  const found = Buffer.from(await deriver.derive(stored.derivation, password));
  const expected = Buffer.from(stored.derived);
  return found.length === expected.length && timingSafeEqual(found, expected);
}
