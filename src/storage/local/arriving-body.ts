import type { Readable } from 'node:stream';
import type { Allowance, Holding } from '../../async/allowance.js';
import { Failure, isFailure } from '../../failure.js';
import { toStorageFailure } from './errno.js';

interface Gathering {
  /** The memory of all bodies. */
  readonly memory: Allowance;
  /** Whom it is counted to. */
  readonly owner: string;
  /** Called with the total of bytes received so far. What it throws ends the reading. */
  readonly onBytes: (received: number) => void;
}

/** Bytes to gather before they are written, if there is memory for so many. */
const manyBytes = 256 * 1024;

/** The same otherwise. The first so many bytes of a body do not wait for further ones. */
export const fewBytes = 64 * 1024;

/** How long the first gathered byte waits for further ones, in milliseconds. */
const patience = 100;

/**
 * Gathers the chunks of a body as they arrive, so that they can be written together. Pauses the body where that is too
 * slow, and leaves it open: its socket must still carry the answer.
 */
export class ArrivingBody {
  readonly #body: Readable;
  readonly #holding: Holding;
  readonly #onBytes: (received: number) => void;
  #gathered = fewBytes;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #received = 0;
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;
  #waiting: NodeJS.Timeout | undefined;

  constructor(body: Readable, { memory, owner, onBytes }: Gathering) {
    this.#body = body;
    this.#holding = memory.hold(owner);
    this.#onBytes = onBytes;
    body.on('data', this.#onData);
    body.once('end', this.#onEnd);
    body.once('error', this.#onError);
    body.once('close', this.#onClose);
    if (body.readableEnded) this.#onEnd();
    else if (body.destroyed) this.#onError(body.errored ?? undefined);
    else body.resume();
  }

  /**
   * Waits until enough has arrived to be written, or everything, and takes it.
   * @returns no chunks at the end
   * @throws Failure `malformed` if the body breaks off; what `onBytes` has thrown
   */
  async take(): Promise<Buffer[]> {
    if (!this.#isReady()) {
      this.#body.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (this.#bytes > 0) this.#settle();
      });
    }
    if (this.#error !== undefined) throw this.#error;
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    // Without memory for more, the next chunks are asked for when these have been written.
    if (this.#gathered > fewBytes) this.#body.resume();
    else this.#body.pause();
    return chunks;
  }

  /** Stops reading, and pauses the body. Idempotent. */
  leave(): void {
    this.#holding.release();
    clearTimeout(this.#waiting);
    this.#body.off('data', this.#onData);
    this.#body.off('end', this.#onEnd);
    this.#body.off('close', this.#onClose);
    // Its errors are of no interest any more, but must not be unheard.
    if (!this.#ended) this.#body.pause();
  }

  #isReady(): boolean {
    if (this.#ended || this.#error !== undefined) return true;
    return this.#received <= fewBytes ? this.#bytes > 0 : this.#bytes >= this.#gathered;
  }

  /** Wakes the one who waits, now or if no more arrives. */
  #settle(): void {
    if (!this.#wake) return;
    if (this.#isReady()) this.#wakeUp();
    else this.#waiting ??= setTimeout(this.#wakeUp, patience);
  }

  readonly #wakeUp = (): void => {
    this.#wake?.();
    this.#wake = undefined;
  };

  readonly #onData = (chunk: Buffer): void => {
    this.#received += chunk.length;
    try {
      this.#onBytes(this.#received);
    } catch (error) {
      this.#fail(toStorageFailure(error));
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes >= fewBytes && this.#gathered === fewBytes && this.#holding.grow(2 * manyBytes))
      this.#gathered = manyBytes;
    if (this.#bytes >= this.#gathered) this.#body.pause();
    this.#settle();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#settle();
  };

  readonly #onError = (cause: unknown): void => {
    const brokenOff = new Failure('malformed', 'The body broke off; the server stored nothing.', { cause });
    this.#fail(isFailure(cause) ? cause : brokenOff);
  };

  readonly #onClose = (): void => {
    if (!this.#ended) this.#onError(this.#body.errored ?? undefined);
  };

  #fail(error: Error): void {
    this.#error ??= error;
    this.leave();
    this.#settle();
  }
}
