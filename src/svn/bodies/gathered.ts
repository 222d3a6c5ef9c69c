/** Bytes of a block that gathers small pieces. */
const blockSize = 64 * 1024;
/** A piece of at least this many bytes is kept as it is; a smaller one would keep the memory of a whole read. */
const large = 16 * 1024;

/** Gathers a body so that it takes about as much memory as it has bytes, however small its pieces are. */
export class Gathered {
  readonly #pieces: Buffer[] = [];
  #block: Buffer | undefined;
  #used = 0;
  /** Bytes so far. */
  size = 0;

  add(bytes: Buffer): void {
    this.size += bytes.length;
    if (bytes.length >= large || (this.#pieces.length === 0 && this.#block === undefined)) {
      this.#closeBlock();
      if (bytes.length > 0) this.#pieces.push(bytes);
      return;
    }
    for (let at = 0; at < bytes.length;) {
      const block = (this.#block ??= Buffer.allocUnsafeSlow(blockSize));
      const copied = bytes.copy(block, this.#used, at);
      this.#used += copied;
      at += copied;
      if (this.#used === blockSize) this.#closeBlock();
    }
  }

  /** All bytes gathered so far. */
  pieces(): readonly Buffer[] {
    this.#closeBlock();
    return this.#pieces;
  }

  #closeBlock(): void {
    if (this.#block && this.#used > 0) this.#pieces.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
  }
}
