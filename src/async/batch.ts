/** Milliseconds that work waits for others' at most. */
const longestWait = 20;
/** Pieces of work after which none waits any longer. */
const most = 1000;

/**
 * Does small work together, a little later: what is not needed for an answer must not keep the next request waiting. The
 * process does not end before it is done.
 */
export class Batch {
  #work: (() => void)[] = [];

  add(work: () => void): void {
    this.#work.push(work);
    if (this.#work.length === 1) {
      setTimeout(() => {
        this.#run();
      }, longestWait);
    } else if (this.#work.length >= most) this.#run();
  }

  #run(): void {
    const work = this.#work;
    this.#work = [];
    for (const piece of work) piece();
  }
}
