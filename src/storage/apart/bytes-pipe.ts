import type { Duplex } from 'node:stream';

/** The number of the call, and how many bytes follow. */
const headerBytes = 8;

/** Carries the bytes of files, each with the number of its call: messages between processes cost many times as much. */
export class BytesPipe {
  readonly #pipe: Duplex;
  readonly #heard: (id: number, bytes: Buffer) => void;
  readonly #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  #bytes: Buffer | undefined;
  #filled = 0;

  constructor(pipe: Duplex, heard: (id: number, bytes: Buffer) => void) {
    this.#pipe = pipe;
    this.#heard = heard;
    pipe.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    // The end of the other process tells.
    pipe.on('error', () => undefined);
  }

  send(id: number, bytes: Buffer): void {
    const header = Buffer.allocUnsafe(headerBytes);
    header.writeUInt32BE(id, 0);
    header.writeUInt32BE(bytes.length, 4);
    this.#pipe.cork();
    this.#pipe.write(header);
    this.#pipe.write(bytes);
    this.#pipe.uncork();
  }

  #take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (!this.#bytes) {
        const copied = chunk.copy(this.#header, this.#headerFilled, at);
        this.#headerFilled += copied;
        at += copied;
        if (this.#headerFilled < headerBytes) return;
        this.#bytes = Buffer.allocUnsafe(this.#header.readUInt32BE(4));
      }
      const copied = chunk.copy(this.#bytes, this.#filled, at);
      this.#filled += copied;
      at += copied;
      if (this.#filled === this.#bytes.length) this.#complete(this.#bytes);
    }
  }

  #complete(bytes: Buffer): void {
    this.#bytes = undefined;
    this.#headerFilled = 0;
    this.#filled = 0;
    this.#heard(this.#header.readUInt32BE(0), bytes);
  }
}
