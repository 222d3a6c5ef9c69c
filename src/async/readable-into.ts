import { Readable } from 'node:stream';

/**
 * A stream whose bytes can instead be read into memory of the reader's own, which it may then use again. A reader
 * chooses one of the two ways and destroys the stream at the end.
 */
export abstract class ReadableInto extends Readable {
  /**
   * Reads the next bytes, at most as many as `target` holds. Do not call it again before it has settled; until then
   * `target` is in use, even if the stream is destroyed.
   * @returns how many bytes it has read; 0 at the end
   */
  abstract readInto(target: Buffer): Promise<number>;
}
