import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Allowance } from '../../src/async/allowance.js';

/** Bytes that requests take which have been read from their connections and have not begun. */
export const waitingBytes = {
  /** Of one connection, from which no more is read then. What one read brought may be more. */
  pause: 64 * 1024,
  /** Of one connection, which is closed then: only requests shorter than a known user's come so many in one read. */
  perConnection: 4 * 1024 ** 2,
  perAddress: 128 * 1024 ** 2,
  inAll: 256 * 1024 ** 2,
} as const;

/** Bytes that Node takes for a request and its answer, besides the text of the head. */
const overhead = 4096;

/** Counts the pipelined requests of all connections that have not begun. */
export class WaitingRequests {
  readonly #bytes = new Allowance({ inAll: waitingBytes.inAll, perOwner: waitingBytes.perAddress });

  /** Those of one connection. */
  of(socket: Socket): WaitingOfConnection {
    return new WaitingOfConnection(socket, this.#bytes);
  }
}

/** The pipelined requests of one connection that have not begun. While they are many, no more is read from it. */
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

  /** Whether no more is read. */
  get isTooMuch(): boolean {
    return this.#paused;
  }

  /**
   * One more waits.
   * @returns to be called when it begins or is given up; only the first call counts
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

  /** Nothing more is read from the connection. */
  stopReading(): void {
    this.#stopped = true;
    this.#pause();
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
    if (this.#watched) return;
    this.#watched = true;
    // Node goes on reading whenever it is done with a body.
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
