import { createHash, createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/**
 * Checks digests made by `django.utils.crypto.salted_hmac` with SHA-256: the key is the SHA-256 of salt and secret, so
 * that one SECRET_KEY serves many purposes.
 */
export class SaltedHmac {
  readonly #keys: readonly KeyObject[];

  /**
   * @param salt names the purpose
   * @param secrets SECRET_KEY, then SECRET_KEY_FALLBACKS (Django 4.1); empty ones, which everybody knows, verify
   *   nothing
   */
  constructor(salt: string, secrets: readonly string[]) {
    this.#keys = secrets
      .filter((secret) => secret !== '')
      .map((secret) => createSecretKey(createHash('sha256').update(salt).update(secret).digest()));
  }

  /**
   * Whether `digest` is that of `value` with any of the secrets. It is compared as text, so that only Django's own
   * spelling matches. Every secret is tried, each in constant time.
   */
  verifies(value: string, digest: string, encoding: 'hex' | 'base64url'): boolean {
    const given = Buffer.from(digest);
    let verified = false;
    for (const key of this.#keys) {
      const expected = Buffer.from(createHmac('sha256', key).update(value).digest(encoding));
      if (expected.length === given.length && timingSafeEqual(expected, given)) verified = true;
    }
    return verified;
  }
}
