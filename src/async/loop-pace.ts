/** Milliseconds of long work in one turn of the event loop, for all owners together. */
const longest = 10;

/**
 * Shares the event loop's turns among all long work: once long work has used up its milliseconds of a turn, all of it
 * waits, and each later turn goes to one waiting piece of work. Between two slices everything else is served, however
 * much work waits.
 */
export class LoopPace {
  readonly #now: () => number;
  /** The owners in the order of their turns, each with its waiting work. */
  readonly #waiting = new Map<unknown, (() => void)[]>();
  #since = 0;
  #booked = false;

  /** @param now milliseconds on a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Await this between two steps of long work.
   * @param owner owners take turns with each other, however much work each has
   * @returns undefined if there is still time, because awaiting has its cost
   */
  pause(owner: unknown): Promise<void> | undefined {
    if (!this.#booked) {
      this.#since = this.#now();
      this.#book();
      return undefined;
    }
    if (this.#now() - this.#since < longest) return undefined;
    return new Promise((resume) => {
      const others = this.#waiting.get(owner);
      if (others) others.push(resume);
      else this.#waiting.set(owner, [resume]);
    });
  }

  #book(): void {
    this.#booked = true;
    setImmediate(() => this.#next());
  }

  #next(): void {
    this.#booked = false;
    for (const [owner, resumes] of this.#waiting) {
      const resume = resumes.shift();
      this.#waiting.delete(owner);
      if (resumes.length > 0) this.#waiting.set(owner, resumes);
      this.#since = this.#now();
      this.#book();
      resume?.();
      return;
    }
  }
}

/** The pace of this process: it has one event loop, so all its long work shares one pace. */
export const loopPace = new LoopPace();
