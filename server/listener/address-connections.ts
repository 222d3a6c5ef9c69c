import type { Socket } from 'node:net';
import { networkOf } from '../../src/credentials/network.js';

/** The most pipelined requests to read from one address in one turn of the event loop. */
const mostInOneTurn = 4000;

/** Whether davgate may read from a connection again. */
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
   * Call for each pipelined request that was read. One read can return thousands of short requests, and one turn of the
   * event loop can read from a thousand connections, without releasing memory until it ends. Beyond the limit, reading
   * continues in the next turn.
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

/** The open connections, by client address. */
export class ConnectionsByAddress {
  readonly #most: number;
  readonly #mayRead: MayRead;
  readonly #addresses = new Map<string, AddressConnections>();

  /** @param most the limit of connections for one address */
  constructor(most: number, mayRead: MayRead) {
    this.#most = most;
    this.#mayRead = mayRead;
  }

  /**
   * Adds an open connection, until it closes.
   * @param peer the address of the peer, normalized
   * @param limited whether the connection counts towards the limit
   * @returns undefined if the address has too many connections already
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
