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
} from './incomplete-headers.js';
import { type WaitingOfConnection, WaitingRequests } from './pipelined-requests.js';

/**
 * How long idle connections from svn stay open, in seconds, as with Apache. svn 1.14 sometimes waits for the server to
 * close a connection before it continues, such as after an error of its own during a commit.
 */
const svnIdleSeconds = 5;

interface Running {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** The requests on one connection. */
class ClientConnection {
  readonly running = new Set<Running>();
  readonly order = new PipelineOrder();
  readonly waiting: WaitingOfConnection;
  readonly head: HeadOfConnection;
  /** The connections from the same address; undefined if the client disconnected at once. */
  siblings: AddressConnections | undefined;
  /** Whether svn, or a program that uses its libraries, has sent a request on the connection. */
  isOfSvn = false;
  /** Called when all complete requests have ended, if nothing can be read after them. */
  last: ((begun: ServerResponse | undefined) => void) | undefined;

  constructor(waiting: WaitingOfConnection, head: HeadOfConnection) {
    this.waiting = waiting;
    this.head = head;
  }

  /**
   * Whether the client waits for the server: it has sent its requests completely and read everything written so far.
   */
  isWorking(socket: Socket): boolean {
    if (this.running.size === 0 || socket.writableLength > 0) return false;
    let working = false;
    for (const { req, res } of this.running) {
      if (!req.complete) return false;
      // A response that has ended may wait behind one that has not.
      working ||= !res.writableEnded;
    }
    return working;
  }

  endIfLast(): void {
    const [first] = this.running;
    if (first?.req.complete !== true) this.last?.(first?.res.headersSent === true ? first.res : undefined);
  }

  /** Node closes only the response whose turn it is. Those of pipelined requests behind it would never close. */
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
  /** Whether this normalized address belongs to a proxy, which forwards requests for many clients. */
  readonly isProxy?: ((address: string) => boolean) | undefined;
  /** How many bytes of incomplete header sections to keep. */
  readonly unfinished?: UnfinishedLimits;
}

/**
 * Manages the connections of clients. Closes connections that transfer no byte for some time, even in the middle of a
 * body, but not those of clients that are slow or that wait for a response. Runs pipelined requests one after another,
 * limits how many wait, and tells each of them when the client is gone. Limits the connections from one address.
 */
export class ClientConnections {
  readonly #connections = new WeakMap<Socket, ClientConnection>();
  readonly #waiting = new WaitingRequests();
  readonly #open = new Set<ClientConnection>();
  readonly #svnIdle: number;

  constructor(server: Server, limits: ClientLimits) {
    const { idleSeconds, connections, connectionsPerAddress, isProxy = () => false } = limits;
    const { unfinished = unfinishedBytes } = limits;
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
      // Node restarts its timer only when bytes move.
      if (this.#of(socket).isWorking(socket)) socket.setTimeout(server.timeout);
      else socket.destroy();
    });
    server.on('connection', (socket: Socket) => {
      const connection = this.#of(socket);
      const peer = normalizeAddress(socket.remoteAddress ?? '');
      // Not Node's own limit: it knows nothing of connections that another process has accepted.
      const isFull = this.#open.size >= connections;
      connection.siblings = peer === undefined || isFull ? undefined : open.add(socket, peer, !isProxy(peer));
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
   * Call for every request that arrives.
   * @param over called when its response has ended
   * @returns whether the request may begin, now or when its turn comes; false if the client is gone by then, or has been
   *   told that the connection closes
   */
  enter(req: IncomingMessage, res: ServerResponse, over: () => void): boolean | Promise<boolean> {
    const { socket } = req;
    // Node still emits requests that it has already read, also after a response that closes the connection
    // (RFC 9112 section 9.6).
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
      // Overrides the time-out that Node has just set. The next request resets it.
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
   * Call if the last input on a connection is not a request. Stops reading until all earlier requests have been
   * answered and then calls `act`: with the response, if one has begun for a request that is incomplete.
   */
  afterAll(socket: Socket, act: (begun: ServerResponse | undefined) => void): void {
    const connection = this.#of(socket);
    if (connection.last) return;
    connection.last = (begun) => {
      connection.waiting.allowReading();
      act(begun);
    };
    connection.waiting.stopReading();
    connection.endIfLast();
  }

  /** Whether this connection is svn's, judging by earlier requests. */
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

/** Whether svn itself is the peer. A proxy reuses its connections for others, so they must stay open. */
function isSvn({ headers }: IncomingMessage): boolean {
  return (
    readsSvnErrors(headers['user-agent']) &&
    headers.via === undefined &&
    headers.forwarded === undefined &&
    headers['x-forwarded-for'] === undefined
  );
}
