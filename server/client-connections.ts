import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PipelineOrder } from './pipeline-order.js';

/**
 * Seconds for which an idle connection of svn's is kept, as by Apache. svn 1.14 has connections on which it waits for
 * the server to hang up before it goes on: after an error of its own in the midst of a commit, for one.
 */
const svnIdleSeconds = 5;

interface Running {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** What is under way on one connection. */
class ClientConnection {
  readonly running = new Set<Running>();
  readonly order = new PipelineOrder();

  /** Whether the client has sent all it has to and has taken all that there is: the next byte must be the server's. */
  isWorking(socket: Socket): boolean {
    if (this.running.size === 0 || socket.writableLength > 0) return false;
    let working = false;
    for (const { req, res } of this.running) {
      if (!req.complete) return false;
      // An answer that has ended may wait behind one that has not.
      working ||= !res.writableEnded;
    }
    return working;
  }

  /** Node tells only the answer whose turn it is: those of pipelined requests, which wait behind it, would never close. */
  close(): void {
    for (const { res } of this.running) {
      if (res.socket !== null || res.destroyed) continue;
      res.destroy();
      res.emit('close');
    }
  }
}

/**
 * Looks after the connections of clients. Those on which no byte has moved for a while are cut, also in the middle of a
 * body that the client sends or reads; but neither a client that is slow is cut, nor one that waits for an answer that is
 * still being worked out. Pipelined requests keep their order, and all of them learn that their client is gone.
 */
export class ClientConnections {
  readonly #connections = new WeakMap<Socket, ClientConnection>();
  readonly #svnIdle: number;

  /** @param seconds without a byte in either direction */
  constructor(server: Server, seconds: number) {
    server.timeout = seconds * 1000;
    this.#svnIdle = Math.min(seconds, svnIdleSeconds) * 1000;
    server.on('timeout', (socket: Socket) => {
      // Node counts again only once bytes move.
      if (this.#of(socket).isWorking(socket)) socket.setTimeout(server.timeout);
      else socket.destroy();
    });
    server.on('connection', (socket: Socket) => {
      const connection = this.#of(socket);
      socket.once('close', () => {
        connection.close();
      });
    });
  }

  /**
   * To be told of every request as it comes.
   * @param over is told when its answer has ended
   * @returns what it must wait for; undefined where that is nothing
   */
  enter(req: IncomingMessage, res: ServerResponse, over: () => void): Promise<void> | undefined {
    const { running, order } = this.#of(req.socket);
    const entry = { req, res };
    const turn = order.enter(req.method ?? '');
    running.add(entry);
    res.once('close', () => {
      running.delete(entry);
      turn.end();
      // Node has just set its own, and counts anew at the next request.
      if (running.size === 0 && isSvn(req)) req.socket.setTimeout(this.#svnIdle);
      over();
    });
    return turn.ready;
  }

  #of(socket: Socket): ClientConnection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const connection = new ClientConnection();
    this.#connections.set(socket, connection);
    return connection;
  }
}

/** Whether svn itself is at the other end: a proxy keeps its connections for others, and is not to be hung up on. */
function isSvn({ headers }: IncomingMessage): boolean {
  return (
    headers['user-agent']?.startsWith('SVN/') === true &&
    headers.via === undefined &&
    headers.forwarded === undefined &&
    headers['x-forwarded-for'] === undefined
  );
}
