import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work between two turns of the event loop. */
const longest = 10;

/**
 * Lets other requests have their turns during long work, which awaits `pause` between its steps. Steps are to be short:
 * nothing is interrupted.
 */
export class Breath {
  readonly #now: () => number;
  #since: number;

  /** @param now milliseconds on a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
  }

  /** @returns what to await; undefined where there is still time, since even that has its cost */
  pause(): Promise<void> | undefined {
    return this.#now() - this.#since < longest ? undefined : this.#rest();
  }

  async #rest(): Promise<void> {
    await setImmediate();
    this.#since = this.#now();
  }
}
