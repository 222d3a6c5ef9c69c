import { LRUCache } from 'lru-cache';
import { CredentialKey } from './credential-key.js';

/** The most places remembered for one person's credentials. */
const maximumPlaces = 16;

/** Credentials that were found right. */
interface Verified {
  /** The encoded password that they were verified against. */
  readonly encoded: string;
  /** Where they were used from: LoginAttempt.place. */
  readonly places: LRUCache<string, true>;
}

/**
 * Which passwords give which encodings, for those that were found right. That stays true whatever the database says, so
 * these may outlive an authenticator; whether a user still has an encoding is for the authenticator to ask.
 */
export class VerifiedCredentials {
  readonly #credentialKey = new CredentialKey();
  readonly #verified: LRUCache<string, Verified>;

  /** @param capacity the most that are remembered */
  constructor(capacity = 10_000) {
    this.#verified = new LRUCache({ max: capacity });
  }

  /** What names these credentials here. */
  keyOf(username: string, password: string): string {
    return this.#credentialKey.of(username, password);
  }

  /** The encoding that they were verified against, in `place` if one is given. */
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
