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
  readonly go: () => void;
  readonly refuse: () => void;
}

/**
 * Limits how much work runs at the same time, in all and for one owner. The rest waits: the owners take turns, however
 * much each of them has waiting, and the work of one owner runs in order. When too much waits in all, the owner with the
 * most makes room for one with less.
 */
export class FairSlots {
  readonly #limits: FairSlotLimits;
  /** What to throw if too many wait or one waits too long, and if the waiting is aborted. */
  readonly #failures: { readonly busy: () => Error; readonly gone: () => Error };
  readonly #running = new Map<string, number>();
  /** By owner, the next one's first. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  #runningInAll = 0;
  #waitingInAll = 0;

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
    for (const [next, [first]] of this.#waiting) {
      if (!first || !this.#hasRoom(next)) continue;
      first.go();
      return;
    }
  }

  #turn(owner: string, signal: AbortSignal | undefined): Promise<void> {
    const { waiting: most, waitingOfOne, patience } = this.#limits;
    const own = this.#waiting.get(owner)?.size ?? 0;
    if (own >= waitingOfOne) throw this.#failures.busy();
    if (this.#waitingInAll >= most) this.#makeRoom(own);
    if (signal?.aborted === true) throw this.#failures.gone();
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        this.#remove(owner, waiting);
      };
      const refuse = (): void => {
        forget();
        reject(this.#failures.busy());
      };
      const waiting: Waiting = {
        go: () => {
          forget();
          this.#passTurn(owner);
          this.#enter(owner);
          resolve();
        },
        refuse,
      };
      const giveUp = (): void => {
        forget();
        reject(this.#failures.gone());
      };
      const timer = setTimeout(refuse, patience);
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#add(owner, waiting);
    });
  }

  /** Refuses the newest work of the owner who has the most waiting, if that is more than `own` and one more. */
  #makeRoom(own: number): void {
    let most: readonly Waiting[] = [];
    for (const waiting of this.#waiting.values()) if (waiting.size > most.length) most = [...waiting];
    const newest = most.at(-1);
    if (!newest || most.length <= own + 1) throw this.#failures.busy();
    newest.refuse();
  }

  #add(owner: string, waiting: Waiting): void {
    const known = this.#waiting.get(owner);
    if (known) known.add(waiting);
    else this.#waiting.set(owner, new Set([waiting]));
    this.#waitingInAll += 1;
  }

  #remove(owner: string, waiting: Waiting): void {
    const known = this.#waiting.get(owner);
    if (known?.delete(waiting) !== true) return;
    this.#waitingInAll -= 1;
    if (known.size === 0) this.#waiting.delete(owner);
  }

  /** Puts an owner behind all others. */
  #passTurn(owner: string): void {
    const rest = this.#waiting.get(owner);
    if (!rest) return;
    this.#waiting.delete(owner);
    this.#waiting.set(owner, rest);
  }
}
