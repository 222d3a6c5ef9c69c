interface InUse<V> {
  readonly value: V;
  readonly release: () => Promise<void>;
}

interface Held<V> {
  readonly value: Promise<V>;
  users: number;
}

/** Keeps one thing for each key while it is in use, and closes it when its last user releases it. */
export class UsagePool<V> {
  readonly #close: (value: V) => Promise<void> | void;
  readonly #held = new Map<string, Held<V>>();

  constructor(close: (value: V) => Promise<void> | void) {
    this.#close = close;
  }

  /** The existing thing for `key`, or a new one from `make`; rejects if `make` does. */
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
