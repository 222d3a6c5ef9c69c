import { LRUCache } from 'lru-cache';
import { CredentialKey, type CredentialSecrets } from './credential-key.js';

/** The most places to remember for each user's credentials. */
const maximumPlaces = 16;

/** Credentials that have been verified. */
interface Verified {
  /** The encoded password that they match. */
  readonly encoded: string;
  /** The places where they have been used: LoginAttempt.place. */
  readonly places: LRUCache<string, true>;
}

/** What other processes have verified, whose keys are made with the same secrets. */
export interface VerifiedElsewhere {
  readonly secrets: CredentialSecrets;
  /** As {@link VerifiedCredentials.encodedOf}. */
  find(key: string, place: string): Promise<string | undefined>;
  /** Tells the others. */
  remember(key: string, encoded: string, place: string): void;
}

/**
 * The encoded passwords that passwords match, for those that have been verified. A match stays true whatever the
 * database contains, so this may outlive an authenticator, which must check whether a user still has that encoded
 * password.
 */
export class VerifiedCredentials {
  readonly #credentialKey: CredentialKey;
  readonly #verified: LRUCache<string, Verified>;
  readonly #elsewhere: VerifiedElsewhere | undefined;

  /**
   * @param capacity the most credentials to remember
   * @param elsewhere missing: no other process verifies credentials for this one
   */
  constructor(capacity = 10_000, elsewhere?: VerifiedElsewhere) {
    this.#verified = new LRUCache({ max: capacity });
    this.#credentialKey = new CredentialKey(elsewhere?.secrets);
    this.#elsewhere = elsewhere;
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

  /** As {@link encodedOf}, for what another process has verified; undefined at once where there is none. */
  elsewhere(key: string, place: string): Promise<string | undefined> | undefined {
    return this.#elsewhere?.find(key, place);
  }

  remember(key: string, encoded: string, place: string | undefined): void {
    if (place !== undefined && this.encodedOf(key, place) !== encoded) {
      this.#elsewhere?.remember(key, encoded, place);
    }
    const places = this.#verified.get(key)?.places ?? new LRUCache<string, true>({ max: maximumPlaces });
    if (place !== undefined) places.set(place, true);
    this.#verified.set(key, { encoded, places });
  }
}
