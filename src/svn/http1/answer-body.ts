import { Readable } from 'node:stream';

/** Bytes that wait for a slow reader before the connection is no longer read. */
const highWaterMark = 256 * 1024;

export class AnswerBody extends Readable {
  readonly #more: () => void;
  readonly #dropped: () => void;
  /** Bytes. */
  #given = 0;

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

  /** Hands on what has arrived. @returns whether the reader wants more now */
  give(bytes: Buffer): boolean {
    this.#given += bytes.length;
    return this.push(bytes);
  }

  /** Grows with each byte that the reader takes; undefined while it has taken all that there is. */
  moved(): number | undefined {
    const left = this.readableLength;
    return left === 0 ? undefined : this.#given - left;
  }

  override _read(): void {
    this.#more();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#dropped();
    callback(error);
  }
}
