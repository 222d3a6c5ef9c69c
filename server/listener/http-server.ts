import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LimitsDeclaration } from '../../src/config/limits.js';
import { mostFields } from '../../src/http/fields.js';
import { answerBrokenRequests } from './invalid-requests.js';
import { openServer, type HandedOver } from './connection-source.js';
import { ClientConnections, type ClientLimits } from './client-connections.js';
import type { Log } from '../observability/log.js';
import { awaitContinue } from './expect-continue.js';

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown;

interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** The connections, if another process listens. */
  readonly handed?: HandedOver | undefined;
  readonly limits: ClientLimits & Pick<LimitsDeclaration, 'headerBytes'>;
  /** Undefined if invalid requests need not be logged. */
  readonly log?: Log;
}

/** In seconds. Proxies keep an idle connection for 60 s, so this is longer to let the proxy close it first. */
const keepAliveSeconds = 75;

/** A server that stops gracefully: it finishes running requests and closes idle connections. */
export interface RunningServer {
  readonly server: Server;
  readonly address: AddressInfo;
  /**
   * Stops accepting connections. Resolves after the last request; after `grace` milliseconds, aborts those that remain.
   */
  stop(grace: number): Promise<void>;
}

/**
 * Listens. A request may take any time, since a client may pause for minutes during a commit and an upload over a slow
 * line takes hours, but the connection must not stay idle. Header sections must arrive within a minute.
 */
export async function listen(
  handler: Handler,
  { host, port, handed, limits, log }: ListenOptions,
): Promise<RunningServer> {
  let stopping = false;
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    requestTimeout: 0,
    headersTimeout: 60_000,
    keepAliveTimeout: Math.min(keepAliveSeconds, limits.idleSeconds) * 1000,
    noDelay: true,
    // davgate itself answers requests without Host, each in its turn.
    requireHostHeader: false,
  });
  // Node silently drops fields above this number: one above the limit shows that there are too many.
  server.maxHeadersCount = mostFields + 1;
  const clients = new ClientConnections(server, limits);
  answerBrokenRequests(server, clients, log);
  const over = (): void => {
    if (stopping) server.closeIdleConnections();
  };
  const handle: Handler = async (req, res) => {
    if (stopping) res.shouldKeepAlive = false;
    // Node calls this while it is still parsing: after an await, however short, a small body is complete.
    if (await clients.enter(req, res, over)) await handler(req, res);
  };
  for (const event of ['request', 'checkExpectation']) {
    server.on(event, (req: IncomingMessage, res: ServerResponse) => void handle(req, res));
  }
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    awaitContinue(req);
    void handle(req, res);
  });
  const open = await openServer(server, { host, port }, handed);
  return {
    server,
    address: open.address,
    stop: async (grace) => {
      stopping = true;
      const timer = setTimeout(() => {
        server.closeAllConnections();
      }, grace);
      const closed = open.close();
      server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
    },
  };
}
