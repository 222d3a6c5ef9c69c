import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { HttpResponse } from '../../src/http/message.js';
import { stays } from './gone.js';
import {
  createUpstream,
  type Upstream,
  type UpstreamOptions,
  type UpstreamRequest,
} from '../../src/svn/upstream.js';

/** A server in the place of Apache, and the proxy before it. */
export interface FakeChild {
  readonly server: Server;
  readonly upstream: Upstream;
  readonly sockets: Set<Socket>;
  readonly forward: (changes?: Partial<UpstreamRequest>) => Promise<HttpResponse>;
}

export async function fakeChild(
  t: TestContext,
  listener: RequestListener,
  options: Partial<UpstreamOptions> = {},
): Promise<FakeChild> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const upstream = createUpstream({
    address: () => ({ scheme: 'http', host: '127.0.0.1', port: address.port, secret: 'f'.repeat(64) }),
    ...options,
  });
  t.after(() => {
    connection.emit('close');
    upstream.close();
    server.closeAllConnections();
    server.close();
  });
  const connection = new EventEmitter();
  const forward = (changes: Partial<UpstreamRequest> = {}) =>
    upstream.forward({
      method: 'GET',
      rawTarget: '/svn/one/file',
      headers: [],
      body: Readable.from([]),
      username: 'alice',
      owner: changes.username ?? 'alice',
      connection,
      whenGone: stays,
      publicOrigin: () => undefined,
      ...changes,
    });
  return { server, upstream, sockets, forward };
}

/** The body of an answer as a stream. */
export function streamOf(response: HttpResponse): Readable {
  if (!(response.body instanceof Readable)) throw new Error('The answer has no stream.');
  return response.body;
}

export async function textOf(response: HttpResponse): Promise<string> {
  return response.body instanceof Buffer ? response.body.toString() : text(streamOf(response));
}

/** Answers with a JSON description of the request that arrived. */
export function describeRequest(request: IncomingMessage): Promise<string> {
  return text(request).then((body) =>
    JSON.stringify({ url: request.url, headers: request.rawHeaders, body, trailers: request.rawTrailers }),
  );
}
