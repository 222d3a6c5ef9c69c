import { LRUCache } from 'lru-cache';
import { CredentialKey } from './credential-key.js';

/** The most places to remember for each user's credentials. */
const maximumPlaces = 16;

/** Credentials that have been verified. */
interface Verified {
  /** The encoded password that they match. */
  readonly encoded: string;
  /** The places where they have been used: LoginAttempt.place. */
  readonly places: LRUCache<string, true>;
}

/**
 * The encoded passwords that passwords match, for those that have been verified. A match stays true whatever the
 * database contains, so this may outlive an authenticator, which must check whether a user still has that encoded
 * password.
 */
export class VerifiedCredentials {
  readonly #credentialKey = new CredentialKey();
  readonly #verified: LRUCache<string, Verified>;

  /** @param capacity the most credentials to remember */
  constructor(capacity = 10_000) {
    this.#verified = new LRUCache({ max: capacity });
  }

  /** The key of these credentials. */
  keyOf(username: string, password: string): string {
    return this.#credentialKey.of(username, password);
  }

  /** The encoded password that they match, if they were used in `place` or none is given. */
  encodedOf(key: string, place?: string): string | undefined {
    const known = this.#verified.get(key);
    return place === undefined || known?.places.get(place) === true ? known?.encoded : undefined;
  }

  remember(key: string, encoded: string, place: string | undefined): void {
    const places = this.#verified.get(key)?.places ?? new LRUCache<string, true>({ max: maximumPlaces });
    if (place !== undefined) places.set(place, true);
    this.#verified.set(key, { encoded, places });
  }
}
