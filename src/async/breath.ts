import { loopPace, type LoopPace } from './loop-pace.js';

/** Milliseconds at the start without pauses: work that takes less is not long work. */
const headStart = 1;

/**
 * Lets other requests have their turns during long work, which awaits `pause` between its steps. Keep steps short,
 * because nothing interrupts them.
 */
export class Breath {
  readonly #owner: unknown;
  readonly #now: () => number;
  readonly #pace: LoopPace;
  readonly #start: number;
  #isLong = false;

  /**
   * @param owner the owner of the work: owners take turns with each other. Default: one common owner for all work
   *   without one
   * @param now milliseconds on a clock that never goes back
   */
  constructor(owner?: unknown, now: () => number = () => performance.now(), pace: LoopPace = loopPace) {
    this.#owner = owner;
    this.#now = now;
    this.#pace = pace;
    this.#start = now();
  }

  /** @returns what to await; undefined if there is still time, because awaiting has its cost */
  pause(): Promise<void> | undefined {
    this.#isLong ||= this.#now() - this.#start >= headStart;
    return this.#isLong ? this.#pace.pause(this.#owner) : undefined;
  }
}
