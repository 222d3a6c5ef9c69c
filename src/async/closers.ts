/** Closes things in reverse order, because later ones may need earlier ones. */
export class Closers {
  #closers: (() => unknown)[] = [];

  add(closer: () => unknown): void {
    this.#closers.push(closer);
  }

  /** Idempotent. Rejects with the first error; the next call closes the rest. */
  async close(): Promise<void> {
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) await closer();
  }
}
