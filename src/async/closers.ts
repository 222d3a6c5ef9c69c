/** What must be let go of in the end: the last first, since it may need what came before. */
export class Closers {
  #closers: (() => unknown)[] = [];

  add(closer: () => unknown): void {
    this.#closers.push(closer);
  }

  /** Idempotent. Rejects with the first error; what is left then is closed by the next call. */
  async close(): Promise<void> {
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) await closer();
  }
}
