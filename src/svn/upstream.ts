import type { EventEmitter } from 'node:events';
import type { Agent, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Failure } from '../failure.js';
import { pairs } from '../http/hop-by-hop.js';
import type { HttpResponse } from '../http/message.js';
import { workers } from './apache-config.js';
import { Connections } from './connections.js';
import { type Exchange, exchange, StaleConnection } from './exchange.js';
import { type RequestHead, upstreamHead } from './proxy-request.js';
import { clientHeaders } from './proxy-response.js';
import { Slots } from './slots.js';
import type { UpstreamAddress } from './upstream-address.js';

/** A request that has been authenticated and authorised. */
export interface UpstreamRequest extends RequestHead {
  /** The client's message; read only when the header fields announce a body. */
  readonly body: Readable;
  /** The client's connection, which emits `close`: what belongs to one connection of Apache belongs to this one. */
  readonly connection: EventEmitter;
  /** Aborted when the client is gone: ends the request to the child at once. */
  readonly signal: AbortSignal;
  /** Scheme and authority that the client uses, such as `https://files.example.org`, where they are known. */
  readonly publicOrigin?: string | undefined;
}

export interface UpstreamOptions {
  /** Where the child listens at the moment; undefined while it does not run. */
  readonly address: () => UpstreamAddress | undefined;
  /** Requests at once at most, half of them by one user; further ones wait for their turn. */
  readonly maxRequests?: number;
  /** Milliseconds in which not one byte passes before a request is given up. Commits of hours are normal. */
  readonly patience?: number;
}

export interface Upstream {
  /**
   * Sends the request to the child and resolves with the head of the answer, whose body is a stream. Once the head
   * is there, a failure destroys that stream with an error: whoever writes the answer must then break it off.
   * @throws Failure `upstream-unreachable`, `upstream-timeout`, or as {@link upstreamHead}; the signal's reason when
   *   the client is gone
   */
  forward(request: UpstreamRequest): Promise<HttpResponse>;
  /** Lets every connection end with the requests that it carries: later requests get connections of their own. */
  retire(): void;
  /** Closes all connections. */
  close(): void;
}

/** Fewer than the child works on at once, so that a request never waits where its client cannot be seen to leave. */
const mostRequests = workers - 8;

/** May be sent twice to the same effect (RFC 9110 section 9.2.2, RFC 4918 section 9, RFC 3253). */
const idempotent = new Set(
  'GET HEAD OPTIONS PROPFIND REPORT PUT DELETE MKCOL COPY MOVE PROPPATCH UNLOCK'.split(' '),
);

/** Their bodies link to the place by the child's own name; clients follow the Location. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const describesBody = /^content-(?:length|type|encoding|language)$/i;

/** Sends requests to the child over kept connections. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { maxRequests = mostRequests, patience = 2 * 60 * 60 * 1000 } = options;
  const connections = new Connections();
  const slots = new Slots(maxRequests, Math.ceil(maxRequests / 2));
  return {
    async forward(request) {
      const address = options.address();
      if (address === undefined) {
        throw new Failure('upstream-unreachable', 'The Subversion server is not running at the moment.');
      }
      const head = upstreamHead(request, address);
      const { method, body, connection, signal, username } = request;
      const over = await slots.take(username, signal);
      try {
        const agent = connections.kept(connection, address.scheme);
        const incoming = await withRetry({ address, method, head, body, agent, patience, signal }, () =>
          connections.single(address.scheme),
        );
        incoming.once('close', over);
        return answer(request, address, incoming);
      } catch (error) {
        over();
        throw error;
      }
    },
    retire() {
      connections.retire();
    },
    close() {
      connections.close();
    },
  };
}

async function withRetry(parts: Exchange, single: () => Agent): Promise<IncomingMessage> {
  try {
    return await exchange(parts);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    if (parts.head.framing.kind === 'none' && idempotent.has(parts.method)) {
      return exchange({ ...parts, agent: single() });
    }
    throw new Failure('upstream-unreachable', 'The Subversion server closed the connection.', {
      cause: error,
    });
  }
}

function answer(request: UpstreamRequest, address: UpstreamAddress, incoming: IncomingMessage): HttpResponse {
  const status = incoming.statusCode ?? 502;
  if (status === 401) {
    incoming.destroy();
    throw new Failure('upstream-unreachable', 'The Subversion server did not accept this server.');
  }
  const headers = clientHeaders(pairs(incoming.rawHeaders), address, request.publicOrigin);
  if (redirects.has(status)) {
    incoming.resume();
    const emptied = headers.filter(([name]) => !describesBody.test(name));
    return { status, headers: [...emptied, ['Content-Length', '0']] };
  }
  if (request.method === 'HEAD' || status === 204 || status === 304) {
    incoming.resume();
    return { status, headers };
  }
  return { status, headers, body: incoming };
}
