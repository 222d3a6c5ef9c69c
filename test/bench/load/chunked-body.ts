const lineFeed = 0x0a;

/** Takes a body in chunks apart (RFC 9112 section 7.1). */
export class ChunkedBody {
  readonly #content: (part: Buffer) => void;
  /** Of the chunk under way, with its line end; 0 before the line of a chunk's size. */
  #left = 0;
  #line = '';
  #inTrailers = false;

  /** @param content called with each part of the content as it arrives; the part is valid only during the call */
  constructor(content: (part: Buffer) => void) {
    this.#content = content;
  }

  /** @returns whether the body has ended @throws RangeError for what is no chunk */
  take(bytes: Buffer): boolean {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const part = Math.min(this.#left, bytes.length - at);
        const content = Math.min(part, this.#left - 2);
        if (content > 0) this.#content(bytes.subarray(at, at + content));
        this.#left -= part;
        at += part;
        continue;
      }
      const end = bytes.indexOf(lineFeed, at);
      this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : end);
      if (end < 0) return false;
      at = end + 1;
      if (this.#takeLine()) return true;
    }
    return false;
  }

  /** @returns whether the line was the last one of the body */
  #takeLine(): boolean {
    const line = this.#line.trim();
    this.#line = '';
    if (this.#inTrailers) return line === '';
    const size = /^[0-9a-f]+/i.exec(line)?.[0];
    if (size === undefined) throw new RangeError(`No chunk: ${line.slice(0, 80)}`);
    if (Number(`0x${size}`) === 0) this.#inTrailers = true;
    else this.#left = Number(`0x${size}`) + 2;
    return false;
  }
}
