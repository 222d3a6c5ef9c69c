import { LRUCache } from 'lru-cache';

interface FreshValuesOptions {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly capacity: number;
}

/** The greatest age of a value, in milliseconds: at this age it is read again. */
const lifetime = 1000;

interface Read {
  /** Reads are numbered in the order in which they start, because several may start within one tick of the clock. */
  readonly number: number;
  readonly started: number;
}

interface Snapshot<V> extends Read {
  readonly value: V;
}

interface Flight<V> extends Read {
  readonly value: Promise<V | undefined>;
}

/**
 * Values as of at most a second ago, each read once for all who ask in the meantime. The age counts from the start of
 * a read.
 */
export class FreshValues<V> {
  readonly #now: () => number;
  readonly #snapshots: LRUCache<string, Snapshot<V>>;
  readonly #flights = new Map<string, Flight<V>>();
  #reads = 0;

  constructor({ now, capacity }: FreshValuesOptions) {
    this.#now = now;
    this.#snapshots = new LRUCache({ max: capacity });
  }

  /** The value, if it is known without reading. */
  peek(key: string): V | undefined {
    const snapshot = this.#snapshots.get(key);
    return snapshot && this.#isFresh(snapshot) ? snapshot.value : undefined;
  }

  /**
   * The value, read with `read` if it is not known; `undefined` is not remembered, so that guesses displace nothing.
   */
  async get(key: string, read: () => Promise<V | undefined>): Promise<V | undefined> {
    const known = this.peek(key);
    if (known !== undefined) return known;
    const underWay = this.#flights.get(key);
    // A slow database must not answer with what was true long before the question.
    if (underWay && this.#isFresh(underWay)) return underWay.value;
    const begun = this.#begin();
    const flight: Flight<V> = { ...begun, value: this.#read(key, begun, read) };
    this.#flights.set(key, flight);
    try {
      return await flight.value;
    } finally {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    }
  }

  /** The current value, read with `read` whatever is known; remembered as in {@link get}. */
  async reread(key: string, read: () => Promise<V | undefined>): Promise<V | undefined> {
    return this.#read(key, this.#begin(), read);
  }

  #begin(): Read {
    this.#reads += 1;
    return { number: this.#reads, started: this.#now() };
  }

  async #read(key: string, begun: Read, read: () => Promise<V | undefined>): Promise<V | undefined> {
    const value = await read();
    const newer = (this.#snapshots.get(key)?.number ?? 0) > begun.number;
    if (newer) return value;
    if (value === undefined) this.#snapshots.delete(key);
    else this.#snapshots.set(key, { ...begun, value });
    return value;
  }

  #isFresh({ started }: Read): boolean {
    const age = this.#now() - started;
    return age >= 0 && age < lifetime;
  }
}
