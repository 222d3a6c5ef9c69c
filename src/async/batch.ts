/** The longest time that work waits for more work, in milliseconds. */
const longestWait = 20;
/** Once there are this many pieces of work, none of them waits any longer. */
const most = 1000;

/**
 * Does small pieces of work together, a little later: what an answer does not need must not delay the next request.
 * The process does not end before the work is done.
 */
export class Batch {
  #work: (() => void)[] = [];

  add(work: () => void): void {
    this.#work.push(work);
    if (this.#work.length === 1) {
      setTimeout(() => this.#run(), longestWait);
    } else if (this.#work.length >= most) this.#run();
  }

  #run(): void {
    const work = this.#work;
    this.#work = [];
    for (const piece of work) piece();
  }
}
