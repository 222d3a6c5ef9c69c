import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Tells every answer of a connection that it is gone. Node tells only the one whose turn it is: those of pipelined
 * requests, which wait behind it, would never close.
 */
export class QueuedResponses {
  readonly #running = new WeakMap<Socket, Set<ServerResponse>>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const running = new Set<ServerResponse>();
      this.#running.set(socket, running);
      socket.once('close', () => {
        for (const res of running) {
          if (res.socket !== null || res.destroyed) continue;
          res.destroy();
          res.emit('close');
        }
      });
    });
  }

  /** To be told of every request as it comes. */
  enter({ socket }: IncomingMessage, res: ServerResponse): void {
    const running = this.#running.get(socket);
    running?.add(res);
    res.once('close', () => running?.delete(res));
  }
}
