import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

/** Names credentials without holding them: a keyed digest that is worth nothing outside this process. */
export class CredentialKey {
  readonly #key: KeyObject = createSecretKey(randomBytes(32));

  /** HMAC-SHA-256 in base64; the length in front keeps `ab` + `c` apart from `a` + `bc`. */
  of(username: string, password: string): string {
    return createHmac('sha256', this.#key)
      .update(`${username.length}:${username}${password}`)
      .digest('base64');
  }
}
