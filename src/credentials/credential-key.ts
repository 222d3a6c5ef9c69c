import { hash, randomBytes } from 'node:crypto';

/** Identifies credentials without storing them: a keyed digest that is worthless outside this process. */
export class CredentialKey {
  // 64 characters, as many as a SHA-256 block has bytes, from 48 random bytes each.
  readonly #inner = randomBytes(48).toString('base64');
  readonly #outer = randomBytes(48).toString('base64');

  /**
   * HMAC's construction (RFC 2104) with SHA-256 and two keys, in base64; the length in front distinguishes `ab` + `c`
   * from `a` + `bc`. Every request needs one, and Node's `createHmac` would take several times as long.
   */
  of(username: string, password: string): string {
    const inside = hash('sha256', `${this.#inner}${username.length}:${username}${password}`);
    return hash('sha256', this.#outer + inside, 'base64');
  }
}
