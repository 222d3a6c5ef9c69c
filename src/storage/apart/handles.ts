import { Failure } from '../../failure.js';

/** What a caller has open, by the numbers that it chose. */
export class Handles<V> {
  readonly #open = new Map<number, V>();

  keep(handle: number, value: V): void {
    this.#open.set(handle, value);
  }

  /** @throws Failure `unavailable` if nothing has this number: an earlier process had it */
  get(handle: number): V {
    const value = this.#open.get(handle);
    if (value === undefined) {
      throw new Failure('unavailable', 'The disk of this share did not answer in the meantime. Try again.');
    }
    return value;
  }

  /** Gives it up. @throws Failure as `get` */
  take(handle: number): V {
    const value = this.get(handle);
    this.#open.delete(handle);
    return value;
  }

  /** Gives it up, if it is still open. */
  drop(handle: number): V | undefined {
    const value = this.#open.get(handle);
    this.#open.delete(handle);
    return value;
  }
}
