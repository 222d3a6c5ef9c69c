/** A thing in use; let go of it once. */
export interface InUse<V> {
  readonly value: V;
  readonly release: () => Promise<void>;
}

interface Held<V> {
  readonly value: Promise<V>;
  users: number;
}

/** Things of which there is one for each key at a time, however many use it, closed when the last has let go. */
export class UsagePool<V> {
  readonly #close: (value: V) => Promise<void> | void;
  readonly #held = new Map<string, Held<V>>();

  constructor(close: (value: V) => Promise<void> | void) {
    this.#close = close;
  }

  /** What is there for `key`, from `make` where nothing is; rejects as that does. */
  async use(key: string, make: () => Promise<V>): Promise<InUse<V>> {
    const held = this.#held.get(key) ?? { value: make(), users: 0 };
    this.#held.set(key, held);
    held.users += 1;
    try {
      return { value: await held.value, release: () => this.#release(key, held) };
    } catch (error) {
      if (this.#held.get(key) === held) this.#held.delete(key);
      throw error;
    }
  }

  async #release(key: string, held: Held<V>): Promise<void> {
    held.users -= 1;
    if (held.users > 0) return;
    this.#held.delete(key);
    await this.#close(await held.value);
  }
}
