import type { WhenGone } from './when-gone.js';

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

  /** A slot where one is free. @returns gives the slot back; only the first call counts */
  takeFree(owner: string): (() => void) | undefined {
    if (!this.#mayTake(owner)) return undefined;
    this.#hold(owner);
    return this.#holding(owner);
  }

  /**
   * Waits for a slot.
   * @returns gives the slot back; only the first call counts
   * @throws the reason why nobody waits any more
   */
  async take(owner: string, whenGone: WhenGone): Promise<() => void> {
    return this.takeFree(owner) ?? this.#turn(owner, whenGone);
  }

  #mayTake(owner: string): boolean {
    return this.#free > 0 && (this.#held.get(owner) ?? 0) < this.#mostOfOne;
  }

  #hold(owner: string): void {
    this.#free -= 1;
    this.#held.set(owner, (this.#held.get(owner) ?? 0) + 1);
  }

  #holding(owner: string): () => void {
    let held = true;
    return () => {
      if (held) this.#giveBack(owner);
      held = false;
    };
  }

  #turn(owner: string, whenGone: WhenGone): Promise<() => void> {
    return new Promise((resolve, reject) => {
      let forget = (): void => undefined;
      const waiting = {
        owner,
        go: () => {
          forget();
          resolve(this.#holding(owner));
        },
      };
      this.#waiting.add(waiting);
      forget = whenGone((reason) => {
        this.#waiting.delete(waiting);
        reject(reason);
      });
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
