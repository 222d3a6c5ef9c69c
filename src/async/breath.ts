import { loopPace, type LoopPace } from './loop-pace.js';

/** Milliseconds at the start that are not waited for: what is over by then is no long work. */
const headStart = 1;

/**
 * Lets other requests have their turns during long work, which awaits `pause` between its steps. Steps are to be short:
 * nothing is interrupted.
 */
export class Breath {
  readonly #owner: unknown;
  readonly #now: () => number;
  readonly #pace: LoopPace;
  readonly #start: number;
  #isLong = false;

  /**
   * @param owner whose work it is: owners take turns with each other. Default: nobody's, as all that name none
   * @param now milliseconds on a clock that never goes back
   */
  constructor(owner?: unknown, now: () => number = () => performance.now(), pace: LoopPace = loopPace) {
    this.#owner = owner;
    this.#now = now;
    this.#pace = pace;
    this.#start = now();
  }

  /** @returns what to await; undefined where there is still time, since even that has its cost */
  pause(): Promise<void> | undefined {
    this.#isLong ||= this.#now() - this.#start >= headStart;
    return this.#isLong ? this.#pace.pause(this.#owner) : undefined;
  }
}
