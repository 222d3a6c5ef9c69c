/** The most bytes of a frame's content, both ways; sign_in.py has the same. */
export const mostBytes = 1 << 20;

const headBytes = 4;

/**
 * A value as JSON behind its length in four bytes, the highest first.
 * @throws RangeError where it is longer than a frame may be
 */
export function frameOf(value: object): Buffer {
  const body = Buffer.from(JSON.stringify(value));
  if (body.length > mostBytes) throw new RangeError(`A frame of ${body.length} bytes is too long.`);
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** Puts frames together from the pieces in which they come, and never holds more than one. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /**
   * Takes a piece.
   * @returns the value of the frame that it ends; undefined where there is more to come
   * @throws RangeError for a frame that is too long, or has another behind it; SyntaxError for one that is not JSON
   */
  push(chunk: Buffer): unknown {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < headBytes) return undefined;
    if (this.#length > headBytes + mostBytes) throw new RangeError('A frame is too long.');
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    const end = headBytes + all.readUInt32BE();
    if (end > headBytes + mostBytes) throw new RangeError('A frame is too long.');
    if (all.length < end) return undefined;
    if (all.length > end) throw new RangeError('There is more than one frame.');
    this.#chunks = [];
    this.#length = 0;
    return JSON.parse(all.toString('utf8', headBytes));
  }
}
