/** Somebody who waits for a slot. */
interface Waiting {
  readonly owner: string;
  readonly go: () => void;
}

/**
 * So many things at once and no more, and of one owner at most a part of them; the others wait in the order in which
 * they came. One owner's cannot keep everybody else waiting, however long they last.
 */
export class Slots {
  readonly #mostOfOne: number;
  #free: number;
  readonly #held = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();

  /**
   * @param most in all
   * @param mostOfOne of one owner
   */
  constructor(most: number, mostOfOne = most) {
    this.#free = most;
    this.#mostOfOne = mostOfOne;
  }

  /**
   * Waits for a slot.
   * @returns gives the slot back; only the first call counts
   * @throws the signal's reason, once it is aborted
   */
  async take(owner: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#mayTake(owner)) this.#hold(owner);
    else await this.#turn(owner, signal);
    let held = true;
    return () => {
      if (held) this.#giveBack(owner);
      held = false;
    };
  }

  #mayTake(owner: string): boolean {
    return this.#free > 0 && (this.#held.get(owner) ?? 0) < this.#mostOfOne;
  }

  #hold(owner: string): void {
    this.#free -= 1;
    this.#held.set(owner, (this.#held.get(owner) ?? 0) + 1);
  }

  #turn(owner: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const waiting = { owner, go };
      const leave = (): void => {
        this.#waiting.delete(waiting);
        reject(signal.reason instanceof Error ? signal.reason : new Error('The wait was given up.'));
      };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #giveBack(owner: string): void {
    this.#free += 1;
    const rest = (this.#held.get(owner) ?? 0) - 1;
    if (rest > 0) this.#held.set(owner, rest);
    else this.#held.delete(owner);
    for (const waiting of this.#waiting) {
      if (!this.#mayTake(waiting.owner)) continue;
      this.#waiting.delete(waiting);
      this.#hold(waiting.owner);
      waiting.go();
      return;
    }
  }
}
