import { hash, randomBytes } from 'node:crypto';

/** The two keys, each of 64 characters, as many as a SHA-256 block has bytes. */
export interface CredentialSecrets {
  readonly inner: string;
  readonly outer: string;
}

export function newCredentialSecrets(): CredentialSecrets {
  return { inner: randomBytes(48).toString('base64'), outer: randomBytes(48).toString('base64') };
}

/** Identifies credentials without storing them: a keyed digest that is worthless to whoever lacks the keys. */
export class CredentialKey {
  readonly #inner: string;
  readonly #outer: string;

  /** @param secrets default: those of this object alone */
  constructor({ inner, outer }: CredentialSecrets = newCredentialSecrets()) {
    this.#inner = inner;
    this.#outer = outer;
  }

  /**
   * HMAC's construction (RFC 2104) with SHA-256 and two keys, in base64; the length in front distinguishes `ab` + `c`
   * from `a` + `bc`. Every request needs one, and Node's `createHmac` would take several times as long.
   */
  of(username: string, password: string): string {
    const inside = hash('sha256', `${this.#inner}${username.length}:${username}${password}`);
    return hash('sha256', this.#outer + inside, 'base64');
  }
}
