import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LimitsDeclaration } from '../../src/config/limits.js';
import { mostFields } from '../../src/http/fields.js';
import { answerBrokenRequests } from './broken-requests.js';
import { ClientConnections, type ClientLimits } from './client-connections.js';
import type { Log } from '../observability/log.js';
import { awaitContinue } from './continue.js';

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown;

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly limits: ClientLimits & Pick<LimitsDeclaration, 'headerBytes'>;
  /** Missing where nobody is told of what was no request. */
  readonly log?: Log;
}

/** Seconds: longer than the 60 that proxies in front keep an idle connection, so that it is they who close it. */
const keepAliveSeconds = 75;

/** A server that knows how to end: running requests are finished, idle connections closed. */
export interface RunningServer {
  readonly server: Server;
  readonly address: AddressInfo;
  /** Takes no new connections; resolves when the last request is done, cutting off what runs past `grace` milliseconds. */
  stop(grace: number): Promise<void>;
}

/**
 * Listens. There is no limit on how long a request may take: a client pauses for minutes within a commit, and an
 * upload over a slow line takes hours; but bytes must move. Header sections must arrive within a minute.
 */
export async function listen(
  handler: Handler,
  { host, port, limits, log }: ListenOptions,
): Promise<RunningServer> {
  let stopping = false;
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    requestTimeout: 0,
    headersTimeout: 60_000,
    keepAliveTimeout: Math.min(keepAliveSeconds, limits.idleSeconds) * 1000,
    noDelay: true,
    // It is answered here, in its turn.
    requireHostHeader: false,
  });
  // Node leaves out those above without a word: one more than may be is seen.
  server.maxHeadersCount = mostFields + 1;
  const clients = new ClientConnections(server, limits);
  answerBrokenRequests(server, clients, log);
  const over = (): void => {
    if (stopping) server.closeIdleConnections();
  };
  const handle: Handler = async (req, res) => {
    if (stopping) res.shouldKeepAlive = false;
    // Node calls this in the midst of reading: whoever waits, however shortly, finds a small body whole.
    if (await clients.enter(req, res, over)) await handler(req, res);
  };
  for (const event of ['request', 'checkExpectation']) {
    server.on(event, (req: IncomingMessage, res: ServerResponse) => void handle(req, res));
  }
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    awaitContinue(req);
    void handle(req, res);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return {
    server,
    address,
    stop: (grace) =>
      new Promise((resolve) => {
        stopping = true;
        const timer = setTimeout(() => {
          server.closeAllConnections();
        }, grace);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
