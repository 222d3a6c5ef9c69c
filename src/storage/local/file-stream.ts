import { read } from 'node:fs';
import { ReadableInto } from '../../async/readable-into.js';
import type { ByteRange } from '../../http/range.js';

/** Bytes of a chunk, where the reader has no memory of its own. */
const chunkBytes = 128 * 1024;

/** A range of an open file. Ends early if the file has become shorter. Does not close the file. */
export class FileStream extends ReadableInto {
  readonly #descriptor: number;
  readonly #end: number;
  #position: number;
  #reading: Promise<number> | undefined;

  constructor(descriptor: number, { first, last }: ByteRange) {
    super({ highWaterMark: chunkBytes });
    this.#descriptor = descriptor;
    this.#position = first;
    this.#end = last + 1;
  }

  readInto(target: Buffer): Promise<number> {
    const length = Math.min(target.length, this.#end - this.#position);
    if (length === 0 || this.destroyed) return Promise.resolve(0);
    this.#reading = new Promise((resolve, reject) => {
      read(this.#descriptor, target, 0, length, this.#position, (error, bytes) => {
        this.#reading = undefined;
        if (error) {
          reject(error);
          return;
        }
        this.#position += bytes;
        resolve(bytes);
      });
    });
    return this.#reading;
  }

  override _read(): void {
    const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, this.#end - this.#position));
    this.readInto(chunk).then(
      (bytes) => {
        this.push(bytes === 0 ? null : chunk.subarray(0, bytes));
      },
      (error: unknown) => {
        this.destroy(error instanceof Error ? error : new Error('The file could not be read.'));
      },
    );
  }

  /** The file may be closed, and its number belong to another one, only after the last read. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const over = (): void => {
      done(error);
    };
    if (this.#reading) this.#reading.then(over, over);
    else over();
  }
}
