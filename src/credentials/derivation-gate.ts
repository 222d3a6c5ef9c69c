import { Failure } from '../failure.js';

interface DerivationGateOptions {
  /** The most derivations at the same time: as many as the deriver runs. */
  readonly atOnce: number;
  /** The most derivations that may wait for their turn; more are refused. Default: 256. */
  readonly waiting?: number;
  /**
   * The longest time that a derivation may wait, in milliseconds. A full queue of ordinary derivations takes less; it
   * takes longer only if each of them waits for a database that hangs. Default: 30,000.
   */
  readonly patience?: number;
}

/** Lets a few derivations run and the next ones wait in a bounded queue, first come, first served. */
export class DerivationGate {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #patience: number;
  readonly #queue = new Set<() => void>();
  #running = 0;

  constructor({ atOnce, waiting = 256, patience = 30_000 }: DerivationGateOptions) {
    this.#atOnce = atOnce;
    this.#mostWaiting = waiting;
    this.#patience = patience;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * Runs `work` in its turn and returns its result.
   * @throws Failure `unavailable` with Retry-After if too many are waiting, or if it waited too long
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const [next] = this.#queue;
      // The next one takes over this place, so that nobody can jump the queue.
      if (next) next();
      else this.#running -= 1;
    }
  }

  #turn(): Promise<void> {
    if (this.#queue.size >= this.#mostWaiting) throw tooMany();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        this.#queue.delete(begin);
      };
      const begin = (): void => {
        leave();
        resolve();
      };
      const timer = setTimeout(() => {
        leave();
        reject(tooMany());
      }, this.#patience);
      this.#queue.add(begin);
    });
  }
}

function tooMany(): Failure {
  return new Failure('unavailable', 'Too many people are signing in at the moment. Try again.', {
    headers: [['Retry-After', '1']],
  });
}
