export interface FairSlotLimits {
  /** Work that may run at the same time, in all and for one owner. */
  readonly most: number;
  readonly mostOfOne: number;
  /** Work that may wait at the same time, in all and for one owner. */
  readonly waiting: number;
  readonly waitingOfOne: number;
  readonly patience: number;
}

interface Waiting {
  readonly owner: string;
  readonly go: () => void;
}

/**
 * Limits how much work runs at the same time, in all and for one owner; the rest waits in order, but not behind work
 * of owners who have reached their own limit.
 */
export class FairSlots {
  readonly #limits: FairSlotLimits;
  /** What to throw if too many wait or one waits too long, and if the waiting is aborted. */
  readonly #failures: { readonly busy: () => Error; readonly gone: () => Error };
  readonly #running = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  #runningInAll = 0;

  constructor(limits: FairSlotLimits, failures: { readonly busy: () => Error; readonly gone: () => Error }) {
    this.#limits = limits;
    this.#failures = failures;
  }

  /**
   * Runs `work` once there is a free slot.
   * @param signal aborts the waiting
   * @throws `busy` if too many wait, or for too long; `gone` if `signal` aborts it
   */
  async run<T>(owner: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#hasRoom(owner)) this.#enter(owner);
    else await this.#turn(owner, signal);
    try {
      return await work();
    } finally {
      this.#leave(owner);
    }
  }

  #hasRoom(owner: string): boolean {
    const { most, mostOfOne } = this.#limits;
    return this.#runningInAll < most && (this.#running.get(owner) ?? 0) < mostOfOne;
  }

  #enter(owner: string): void {
    this.#runningInAll += 1;
    this.#running.set(owner, (this.#running.get(owner) ?? 0) + 1);
  }

  #leave(owner: string): void {
    this.#runningInAll -= 1;
    const rest = (this.#running.get(owner) ?? 0) - 1;
    if (rest > 0) this.#running.set(owner, rest);
    else this.#running.delete(owner);
    for (const waiting of this.#waiting) {
      if (!this.#hasRoom(waiting.owner)) continue;
      waiting.go();
      return;
    }
  }

  #turn(owner: string, signal: AbortSignal | undefined): Promise<void> {
    const { waiting: most, waitingOfOne, patience } = this.#limits;
    let own = 0;
    for (const waiting of this.#waiting) if (waiting.owner === owner) own += 1;
    if (this.#waiting.size >= most || own >= waitingOfOne) throw this.#failures.busy();
    if (signal?.aborted === true) throw this.#failures.gone();
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting = {
        owner,
        go: () => {
          forget();
          this.#enter(owner);
          resolve();
        },
      };
      const giveUp = (): void => {
        forget();
        reject(this.#failures.gone());
      };
      const timer = setTimeout(() => {
        forget();
        reject(this.#failures.busy());
      }, patience);
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiting);
    });
  }
}
