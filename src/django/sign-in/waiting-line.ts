/** The most that wait. */
const most = 256;

interface Waiting<T> {
  readonly give: (value: T) => void;
  readonly refuse: () => void;
}

/** A bounded line for what becomes free, first come, first served. */
export class WaitingLine<T> {
  readonly #waiting = new Set<Waiting<T>>();
  readonly #refusal: () => Error;

  /** @param refusal what is thrown where too many wait, or for too long */
  constructor(refusal: () => Error) {
    this.#refusal = refusal;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** @param patience milliseconds */
  wait(patience: number): Promise<T> {
    if (this.#waiting.size >= most) return Promise.reject(this.#refusal());
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting<T> = {
        give: (value) => {
          leave();
          resolve(value);
        },
        refuse: () => {
          leave();
          reject(this.#refusal());
        },
      };
      const timer = setTimeout(waiting.refuse, patience);
      this.#waiting.add(waiting);
    });
  }

  /** Gives `value` to whoever has waited longest. @returns whether somebody has */
  serve(value: T): boolean {
    const [first] = this.#waiting;
    first?.give(value);
    return first !== undefined;
  }

  refuseAll(): void {
    for (const { refuse } of [...this.#waiting]) refuse();
  }
}
