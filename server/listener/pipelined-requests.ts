import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Allowance } from '../../src/async/allowance.js';

/** Limits for the memory of requests that have been read but have not begun, in bytes. */
const waitingBytes = {
  /** Per connection: beyond this, reading pauses. A single read may exceed it. */
  pause: 64 * 1024,
  /**
   * Per connection: beyond this, the connection is closed. Only requests too short for a known user can reach it in one
   * read.
   */
  perConnection: 4 * 1024 ** 2,
  perAddress: 128 * 1024 ** 2,
  inAll: 256 * 1024 ** 2,
} as const;

/** The memory that Node needs for a request and its response, apart from the text of the head, in bytes. */
const overhead = 4096;

/** Counts the pipelined requests that have not begun, on all connections. */
export class WaitingRequests {
  readonly #bytes = new Allowance({ inAll: waitingBytes.inAll, perOwner: waitingBytes.perAddress });

  /** The waiting requests of one connection. */
  of(socket: Socket): WaitingOfConnection {
    return new WaitingOfConnection(socket, this.#bytes);
  }
}

/** The pipelined requests of one connection that have not begun. Pauses reading while there are too many. */
export class WaitingOfConnection {
  readonly #socket: Socket;
  readonly #inAll: Allowance;
  #bytes = 0;
  #paused = false;
  #watched = false;
  #stopped = false;

  constructor(socket: Socket, inAll: Allowance) {
    this.#socket = socket;
    this.#inAll = inAll;
  }

  /** Whether reading is paused. */
  get isTooMuch(): boolean {
    return this.#paused;
  }

  /**
   * Adds a waiting request.
   * @returns a function to call when the request begins or is abandoned; only the first call has an effect
   */
  add(req: IncomingMessage): (() => void) | 'no room' {
    const bytes = bytesOf(req);
    const holding = this.#inAll.hold(this.#socket.remoteAddress ?? '');
    if (this.#bytes + bytes > waitingBytes.perConnection || !holding.grow(bytes)) return 'no room';
    this.#bytes += bytes;
    if (this.#bytes >= waitingBytes.pause) this.#pause();
    let waits = true;
    return () => {
      if (!waits) return;
      waits = false;
      holding.release();
      this.#bytes -= bytes;
      if (this.#bytes < waitingBytes.pause) this.#resume();
    };
  }

  /** Stops reading from the connection for good. */
  stopReading(): void {
    this.#stopped = true;
    this.#pause();
  }

  /** Allows reading again, of what is no request any more, such as the rest of an invalid one. */
  allowReading(): void {
    this.#paused = false;
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
    if (this.#watched) return;
    this.#watched = true;
    // Node resumes reading whenever it has finished a body.
    this.#socket.on('resume', () => {
      if (this.#paused) this.#socket.pause();
    });
  }

  #resume(): void {
    if (!this.#paused || this.#stopped) return;
    this.#paused = false;
    if (!this.#socket.destroyed) this.#socket.resume();
  }
}

function bytesOf({ rawHeaders, url }: IncomingMessage): number {
  return rawHeaders.reduce((sum, text) => sum + text.length, overhead + (url?.length ?? 0));
}
