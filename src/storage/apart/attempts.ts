import type { FolderProcess } from './folder-process.js';

/** Milliseconds between two attempts to serve a folder again: at first, and at most. */
const [firstPause, longestPause] = [500, 8000];

/** The most processes that hang at the same time; no other is started until one of them is gone. */
const mostLeft = 4;

/** Milliseconds after which a process that was told to end has hung. */
const promptly = 1000;

/** Starts a process again and again until one serves, with pauses, and with few that hang at the same time. */
export class Attempts {
  readonly #start: () => void;
  readonly #now: () => number;
  #left = 0;
  #pause = firstPause;
  #next: NodeJS.Timeout | undefined;

  /** @param now a monotonic clock, in milliseconds */
  constructor(start: () => void, now: () => number) {
    this.#start = start;
    this.#now = now;
  }

  /** Leaves a process behind. */
  leave(process: FolderProcess): void {
    this.#left += 1;
    const since = this.#now();
    process.leave();
    void process.gone.then(() => {
      this.#left -= 1;
      // It hung, and now does not: the disk has answered.
      if (this.#next && this.#now() - since > promptly) this.#try();
    });
  }

  later(): void {
    this.stop();
    this.#next = setTimeout(() => {
      this.#try();
    }, this.#pause);
    this.#next.unref();
    this.#pause = Math.min(this.#pause * 2, longestPause);
  }

  succeeded(): void {
    this.#pause = firstPause;
  }

  stop(): void {
    clearTimeout(this.#next);
    this.#next = undefined;
  }

  #try(): void {
    this.stop();
    if (this.#left < mostLeft) this.#start();
    else this.later();
  }
}
