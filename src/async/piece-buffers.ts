import type { Allowance } from './allowance.js';

/** Memory for one piece of a body. Call one of the two methods, once. */
export interface Piece {
  readonly bytes: Buffer;
  /** Lets others use the memory. */
  release(): void;
  /** As `release`, if something may still be reading the memory: nobody gets it again. */
  abandon(): void;
}

/** Bytes of a piece. Larger ones do not fit into the processor's cache and are no faster. */
const pieceBytes = 256 * 1024;

/** The most unused pieces to keep for later. */
const kept = 16;

/** Large buffers for the bodies that are being sent, used again and again. */
export class PieceBuffers {
  readonly #memory: Allowance;
  readonly #unused: Buffer[] = [];

  /** @param memory the bytes that bodies may take */
  constructor(memory: Allowance) {
    this.#memory = memory;
  }

  /** @returns undefined if the owner, or all owners together, have no memory left */
  take(owner: string): Piece | undefined {
    const holding = this.#memory.hold(owner);
    if (!holding.grow(pieceBytes)) return undefined;
    const bytes = this.#unused.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
    return {
      bytes,
      release: () => {
        holding.release();
        if (this.#unused.length < kept) this.#unused.push(bytes);
      },
      abandon: () => {
        holding.release();
      },
    };
  }
}
