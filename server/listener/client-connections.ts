import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { LimitsDeclaration } from '../../src/config/limits.js';
import { normalizeAddress } from '../../src/http/client-address.js';
import { readsSvnErrors } from '../../src/svn/error-body.js';
import { type AddressConnections, ConnectionsByAddress } from './address-connections.js';
import { PipelineOrder } from './pipeline-order.js';
import {
  HeadOfConnection,
  type UnfinishedLimits,
  unfinishedBytes,
  watchUnfinished,
} from './unfinished-heads.js';
import { type WaitingOfConnection, WaitingRequests } from './waiting-requests.js';

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
  readonly waiting: WaitingOfConnection;
  readonly head: HeadOfConnection;
  /** Those of the same address; missing where the client was gone at once. */
  siblings: AddressConnections | undefined;
  /** Whether svn, or a program made of its libraries, has sent a request on it. */
  isOfSvn = false;
  /** What is done when all requests are over that have come whole: nothing can be read after them. */
  last: ((begun: ServerResponse | undefined) => void) | undefined;

  constructor(waiting: WaitingOfConnection, head: HeadOfConnection) {
    this.waiting = waiting;
    this.head = head;
  }

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

  endIfLast(): void {
    const [first] = this.running;
    if (first?.req.complete !== true) this.last?.(first?.res.headersSent === true ? first.res : undefined);
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

export interface ClientLimits extends Pick<
  LimitsDeclaration,
  'idleSeconds' | 'connections' | 'connectionsPerAddress'
> {
  /** Whether this address, normalized, is of a proxy, which stands for many clients. */
  readonly isProxy?: ((address: string) => boolean) | undefined;
  /** How much may be kept of header sections that have not come whole. */
  readonly unfinished?: UnfinishedLimits;
}

/**
 * Looks after the connections of clients. Those on which no byte has moved for a while are cut, also in the middle of a
 * body that the client sends or reads; but neither a client that is slow is cut, nor one that waits for an answer that is
 * still being worked out. Pipelined requests run one after the other, few of them wait, and all of them learn that their
 * client is gone. No address takes all connections.
 */
export class ClientConnections {
  readonly #connections = new WeakMap<Socket, ClientConnection>();
  readonly #waiting = new WaitingRequests();
  readonly #open = new Set<ClientConnection>();
  readonly #svnIdle: number;

  constructor(server: Server, limits: ClientLimits) {
    const { idleSeconds, connections, connectionsPerAddress, isProxy = () => false } = limits;
    const { unfinished = unfinishedBytes } = limits;
    server.maxConnections = connections;
    server.timeout = idleSeconds * 1000;
    this.#svnIdle = Math.min(idleSeconds, svnIdleSeconds) * 1000;
    const open = new ConnectionsByAddress(
      connectionsPerAddress,
      (socket) => !this.#of(socket).waiting.isTooMuch,
    );
    const watch = watchUnfinished(() => this.#unfinished(), unfinished);
    server.once('close', () => {
      watch.end();
    });
    server.on('timeout', (socket: Socket) => {
      // Node counts again only once bytes move.
      if (this.#of(socket).isWorking(socket)) socket.setTimeout(server.timeout);
      else socket.destroy();
    });
    server.on('connection', (socket: Socket) => {
      const connection = this.#of(socket);
      const peer = normalizeAddress(socket.remoteAddress ?? '');
      connection.siblings = peer === undefined ? undefined : open.add(socket, peer, !isProxy(peer));
      if (!connection.siblings) {
        socket.destroy();
        return;
      }
      this.#open.add(connection);
      socket.once('close', () => {
        this.#open.delete(connection);
        connection.close();
      });
    });
  }

  /**
   * To be told of every request as it comes.
   * @param over is told when its answer has ended
   * @returns whether it may begin, now or when its turn has come; not where its client is gone by then, or
   *   has been told that the connection closes
   */
  enter(req: IncomingMessage, res: ServerResponse, over: () => void): boolean | Promise<boolean> {
    const { socket } = req;
    // Node goes on with what it has read, also after an answer that closes the connection (RFC 9112 section 9.6).
    if (!socket.writable) return false;
    const connection = this.#of(socket);
    const { running, order, waiting } = connection;
    connection.head.begun(req);
    connection.isOfSvn ||= readsSvnErrors(req.headers['user-agent']);
    const begun = order.isFree ? undefined : waiting.add(req);
    if (begun) connection.siblings?.pipelined();
    if (begun === 'no room') {
      socket.destroy();
      return false;
    }
    const entry = { req, res };
    const turn = order.enter();
    running.add(entry);
    res.once('close', () => {
      running.delete(entry);
      turn.end();
      begun?.();
      // Node has just set its own, and counts anew at the next request.
      if (running.size === 0 && isSvn(req)) socket.setTimeout(this.#svnIdle);
      if (running.size === 0) connection.head.idle(req);
      if (connection.last) connection.endIfLast();
      over();
    });
    if (!turn.ready) return true;
    return turn.ready.then(() => {
      begun?.();
      return !res.destroyed && socket.writable;
    });
  }

  /**
   * What came last on a connection is no request: nothing more is read, and when all that came before it is answered,
   * `act` is called with the answer that has been begun to a request which did not come whole, if there is one.
   */
  afterAll(socket: Socket, act: (begun: ServerResponse | undefined) => void): void {
    const connection = this.#of(socket);
    if (connection.last) return;
    connection.last = act;
    connection.waiting.stopReading();
    connection.endIfLast();
  }

  /** Whether what comes on this connection is svn's, as far as earlier requests have told. */
  isOfSvn(socket: Socket): boolean {
    return this.#of(socket).isOfSvn;
  }

  *#unfinished(): Iterable<HeadOfConnection> {
    for (const { running, head } of this.#open) if (running.size === 0) yield head;
  }

  #of(socket: Socket): ClientConnection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const connection = new ClientConnection(this.#waiting.of(socket), new HeadOfConnection(socket));
    this.#connections.set(socket, connection);
    return connection;
  }
}

/** Whether svn itself is at the other end: a proxy keeps its connections for others, and is not to be hung up on. */
function isSvn({ headers }: IncomingMessage): boolean {
  return (
    readsSvnErrors(headers['user-agent']) &&
    headers.via === undefined &&
    headers.forwarded === undefined &&
    headers['x-forwarded-for'] === undefined
  );
}
