import type { Socket } from 'node:net';
import { networkOf } from '../../src/credentials/network.js';

/** Pipelined requests of one address that are read in one turn of the event loop. */
const mostInOneTurn = 4000;

/** What is asked of a connection before it is read from again. */
type MayRead = (socket: Socket) => boolean;

/** The open connections of one address. */
export class AddressConnections {
  readonly sockets = new Set<Socket>();
  readonly #mayRead: MayRead;
  #requests = 0;

  constructor(mayRead: MayRead) {
    this.#mayRead = mayRead;
  }

  /**
   * A request has been read behind another one. One read can bring thousands of short ones, and one turn of the event
   * loop read from a thousand connections, of which nothing would be let go before its end: the rest waits for the next.
   */
  pipelined(): void {
    this.#requests += 1;
    if (this.#requests === 1) {
      setImmediate(() => {
        this.#goOn();
      });
    }
    if (this.#requests !== mostInOneTurn) return;
    for (const socket of this.sockets) socket.pause();
  }

  #goOn(): void {
    const paused = this.#requests >= mostInOneTurn;
    this.#requests = 0;
    if (!paused) return;
    for (const socket of this.sockets) {
      if (!socket.destroyed && this.#mayRead(socket)) socket.resume();
    }
  }
}

/** The open connections, by the address of their clients. */
export class ConnectionsByAddress {
  readonly #most: number;
  readonly #mayRead: MayRead;
  readonly #addresses = new Map<string, AddressConnections>();

  /** @param most connections of one address */
  constructor(most: number, mayRead: MayRead) {
    this.#most = most;
    this.#mayRead = mayRead;
  }

  /**
   * A connection has been opened, and is forgotten when it closes.
   * @param peer its other end's address, normalized
   * @param limited whether it counts towards the limit
   * @returns undefined where the address has too many already
   */
  add(socket: Socket, peer: string, limited: boolean): AddressConnections | undefined {
    const key = networkOf(peer);
    const address = this.#addresses.get(key) ?? new AddressConnections(this.#mayRead);
    if (limited && address.sockets.size >= this.#most) return undefined;
    this.#addresses.set(key, address);
    address.sockets.add(socket);
    socket.once('close', () => {
      address.sockets.delete(socket);
      if (address.sockets.size === 0) this.#addresses.delete(key);
    });
    return address;
  }
}
