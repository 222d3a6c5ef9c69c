import type { ServerResponse } from 'node:http';
import type { Piece, PieceBuffers } from '../../src/async/piece-buffers.js';
import type { ReadableInto } from '../../src/async/readable-into.js';
import { ClientGone } from '../../src/async/when-gone.js';

/** What a response takes when no large buffer is left for it, in bytes. */
const smallPiece = 64 * 1024;

interface Buffers {
  readonly pool: PieceBuffers;
  /** Whom the large buffers are counted to. */
  readonly owner: string;
}

/**
 * Writes a body in large pieces, as fast as the client reads them: while one is being written, the next is read. Does
 * not end the response.
 * @returns the number of bytes written
 * @throws the body's error, or ClientGone; in every case the body is destroyed
 */
export async function pumpPieces(body: ReadableInto, res: ServerResponse, buffers: Buffers): Promise<number> {
  const writer = new PieceWriter(res);
  const spare: Buffer[] = [];
  let sent = 0;
  try {
    for (;;) {
      const piece = buffers.pool.take(buffers.owner) ?? smallOf(spare);
      const bytes = await filled(piece, body, writer);
      if (bytes === 0) return sent;
      sent += bytes;
      writer.write(piece, bytes);
    }
  } finally {
    writer.close();
    body.destroy();
  }
}

/** Small pieces are used again for the same body. */
function smallOf(spare: Buffer[]): Piece {
  const bytes = spare.pop() ?? Buffer.allocUnsafeSlow(smallPiece);
  return {
    bytes,
    release: () => {
      spare.push(bytes);
    },
    abandon: () => undefined,
  };
}

/** Fills a piece and waits until the one before it has been written. @returns its bytes; with 0, it is released */
async function filled(piece: Piece, body: ReadableInto, writer: PieceWriter): Promise<number> {
  let bytes = 0;
  try {
    bytes = await body.readInto(piece.bytes);
    await writer.done();
    return bytes;
  } catch (error) {
    bytes = 0;
    throw error;
  } finally {
    if (bytes === 0) piece.release();
  }
}

/** Writes one piece after another; the socket reads from a piece until it calls back. */
class PieceWriter {
  readonly #res: ServerResponse;
  #piece: Piece | undefined;
  #resolve: (() => void) | undefined;
  #reject: ((error: Error) => void) | undefined;
  #gone: ClientGone | undefined;

  constructor(res: ServerResponse) {
    this.#res = res;
    if (res.destroyed) this.#gone = new ClientGone();
    res.once('close', this.#onGone);
  }

  readonly #onGone = (): void => {
    this.#gone ??= new ClientGone();
    this.#piece?.abandon();
    this.#piece = undefined;
    this.#reject?.(this.#gone);
  };

  /** Resolves once nothing is being written. */
  done(): Promise<void> {
    if (this.#gone) return Promise.reject(this.#gone);
    if (!this.#piece) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  write(piece: Piece, bytes: number): void {
    this.#piece = piece;
    this.#res.write(piece.bytes.subarray(0, bytes), (error) => {
      if (this.#piece !== piece) return;
      if (error) {
        this.#onGone();
        return;
      }
      this.#piece = undefined;
      piece.release();
      this.#resolve?.();
    });
  }

  close(): void {
    this.#res.off('close', this.#onGone);
    this.#piece?.abandon();
    this.#piece = undefined;
  }
}
