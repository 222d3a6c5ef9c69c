import { Failure } from '../failure.js';

export interface DerivationGateOptions {
  /** The most derivations at once: as many as the deriver does. */
  readonly atOnce: number;
  /** The most that wait for their turn; more are refused. Default 256. */
  readonly waiting?: number;
}

/** Lets a few derivations run and the next ones wait in a bounded queue, first come, first served. */
export class DerivationGate {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor({ atOnce, waiting = 256 }: DerivationGateOptions) {
    this.#atOnce = atOnce;
    this.#mostWaiting = waiting;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * What `work` gives, once it was its turn.
   * @throws Failure `unavailable` with Retry-After when too many are waiting
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#queue.shift();
      // The next one takes over this place, so that nobody slips in between.
      if (next) next();
      else this.#running -= 1;
    }
  }

  #turn(): Promise<void> {
    if (this.#queue.length >= this.#mostWaiting) {
      throw new Failure('unavailable', 'Too many people are signing in just now.', {
        headers: [['Retry-After', '1']],
      });
    }
    return new Promise((resolve) => {
      this.#queue.push(resolve);
    });
  }
}
