/** A map that forgets what was not used for longest when it is full. */
export class BoundedMap<K, V> {
  readonly #capacity: number;
  // A Map keeps the order of insertion: the first is the one not used for longest.
  readonly #entries = new Map<K, V>();
  /** The key used last, if it is still there. Putting it last again would cost much for nothing. */
  #last: K | undefined;

  /** @param capacity the most entries kept, at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, which counts as used now. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    if (key === this.#last) return value;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#last = key;
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#last = key;
    if (this.#entries.size <= this.#capacity) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }
}
