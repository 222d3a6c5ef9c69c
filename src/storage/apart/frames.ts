import { deserialize, serialize } from 'node:v8';

const lengthBytes = 4;

/** A message with its length before it. */
export function frameOf(message: unknown): Buffer {
  const body = serialize(message);
  const frame = Buffer.allocUnsafe(lengthBytes + body.length);
  frame.writeUInt32BE(body.length);
  body.copy(frame, lengthBytes);
  return frame;
}

/** Puts messages together from the chunks in which they arrive. */
export class FrameReader {
  #waiting = Buffer.alloc(0);

  /** The messages that are complete with this chunk. */
  *take(chunk: Buffer): Generator {
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    while (this.#waiting.length >= lengthBytes) {
      const end = lengthBytes + this.#waiting.readUInt32BE();
      if (this.#waiting.length < end) return;
      const message: unknown = deserialize(this.#waiting.subarray(lengthBytes, end));
      this.#waiting = this.#waiting.subarray(end);
      yield message;
    }
  }
}
