import { LRUCache } from 'lru-cache';
import { CredentialKey } from './credential-key.js';

/** The most places remembered for one person's credentials. */
const maximumPlaces = 16;

/** What the site said of credentials that it found right. */
export interface SignIn {
  /** The user's primary key. */
  readonly id: string;
  /** The encoded password that stood in the user's row then. */
  readonly encoded: string;
  /** When the site was asked, on the clock of whoever remembers it. */
  readonly asked: number;
}

interface Remembered extends SignIn {
  /** Where they were used from: LoginAttempt.place. */
  readonly places: LRUCache<string, true>;
}

/** Credentials that the site has found right; whether they hold still is for the authenticator to tell. */
export class RememberedSignIns {
  readonly #credentialKey = new CredentialKey();
  readonly #signIns: LRUCache<string, Remembered>;

  /** @param capacity the most that are remembered */
  constructor(capacity: number) {
    this.#signIns = new LRUCache({ max: capacity });
  }

  /** What names these credentials here. */
  keyOf(username: string, password: string): string {
    return this.#credentialKey.of(username, password);
  }

  /** What the site said last, if they were used in `place` where one is given. */
  get(key: string, place?: string): SignIn | undefined {
    const known = this.#signIns.get(key);
    return place === undefined || known?.places.get(place) === true ? known : undefined;
  }

  remember(key: string, { id, encoded, asked }: SignIn, place: string | undefined): void {
    const places = this.#signIns.get(key)?.places ?? new LRUCache<string, true>({ max: maximumPlaces });
    if (place !== undefined) places.set(place, true);
    this.#signIns.set(key, { id, encoded, asked, places });
  }

  forget(key: string): void {
    this.#signIns.delete(key);
  }
}
