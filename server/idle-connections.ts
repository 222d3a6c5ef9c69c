import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Cuts connections on which no byte has moved for a while, also in the middle of a body that the client sends or
 * reads. A client that is slow is not cut, nor one that waits for an answer that is still being worked out.
 */
export class IdleConnections {
  readonly #running = new WeakMap<Socket, Set<Running>>();

  /** @param seconds without a byte in either direction */
  constructor(server: Server, seconds: number) {
    server.timeout = seconds * 1000;
    server.on('timeout', (socket: Socket) => {
      // Node counts again only once bytes move.
      if (this.#isWorking(socket)) socket.setTimeout(server.timeout);
      else socket.destroy();
    });
  }

  /** To be told of every request as it comes. */
  enter(req: IncomingMessage, res: ServerResponse): void {
    const running = { req, res };
    const others = this.#running.get(req.socket) ?? new Set();
    this.#running.set(req.socket, others.add(running));
    res.once('close', () => others.delete(running));
  }

  /** Whether the client has sent all it has to and has taken all that there is: the next byte must be the server's. */
  #isWorking(socket: Socket): boolean {
    const running = [...(this.#running.get(socket) ?? [])];
    return (
      running.length > 0 &&
      socket.writableLength === 0 &&
      running.every(({ req, res }) => req.complete && !res.writableEnded)
    );
  }
}

interface Running {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}
