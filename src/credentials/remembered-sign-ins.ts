import { LRUCache } from 'lru-cache';
import { CredentialKey } from './credential-key.js';

/** The most credentials remembered for one user, however they spell their name and however many passwords they have. */
const maximumOfOne = 16;

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
  /** By primary key, the oldest first. */
  readonly #keysOf = new Map<string, Set<string>>();

  /** @param capacity the most that are remembered */
  constructor(capacity: number) {
    this.#signIns = new LRUCache({
      max: capacity,
      dispose: ({ id }, key) => {
        this.#disown(id, key);
      },
    });
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
    const own = this.#keysOf.get(id) ?? new Set();
    own.add(key);
    this.#keysOf.set(id, own);
    const [oldest] = own;
    if (own.size > maximumOfOne && oldest !== undefined) this.#signIns.delete(oldest);
  }

  forget(key: string): void {
    this.#signIns.delete(key);
  }

  #disown(id: string, key: string): void {
    const own = this.#keysOf.get(id);
    own?.delete(key);
    if (own?.size === 0) this.#keysOf.delete(id);
  }
}
