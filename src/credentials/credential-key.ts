import { hash, randomBytes } from 'node:crypto';

/** Names credentials without holding them: a keyed digest that is worth nothing outside this process. */
export class CredentialKey {
  // As many characters as SHA-256 has bytes in a block, of 48 random bytes each.
  readonly #inner = randomBytes(48).toString('base64');
  readonly #outer = randomBytes(48).toString('base64');

  /**
   * HMAC's construction (RFC 2104) with SHA-256 and two keys, in base64; the length in front keeps `ab` + `c` apart from
   * `a` + `bc`. Every request needs one: an object of Node's `createHmac` would cost several times as much.
   */
  of(username: string, password: string): string {
    const inside = hash('sha256', `${this.#inner}${username.length}:${username}${password}`);
    return hash('sha256', this.#outer + inside, 'base64');
  }
}
