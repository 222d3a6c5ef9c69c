import { Readable } from 'node:stream';

/** Bytes that wait for a slow reader before the connection is no longer read. */
const highWaterMark = 256 * 1024;

/** The body of an answer while it arrives. */
export class AnswerBody extends Readable {
  readonly #more: () => void;
  readonly #dropped: () => void;

  /**
   * @param more is told that the reader wants more
   * @param dropped is told when nobody reads any further, at the end too
   */
  constructor(more: () => void, dropped: () => void) {
    super({ highWaterMark });
    // It may break before anybody reads it; whoever does sees that in `errored`.
    this.on('error', () => undefined);
    this.#more = more;
    this.#dropped = dropped;
  }

  override _read(): void {
    this.#more();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#dropped();
    callback(error);
  }
}
