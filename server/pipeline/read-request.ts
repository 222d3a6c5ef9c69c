import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WhenGone } from '../../src/async/when-gone.js';
import { Failure } from '../../src/failure.js';
import { authorityIn } from '../../src/http/authority.js';
import {
  clientAddress,
  normalizeAddress,
  publicOrigin as originOfRequest,
  type TrustedProxies,
} from '../../src/http/client-address.js';
import { pairs } from '../../src/http/hop-by-hop.js';
import type { RequestHeaders } from '../../src/http/message.js';
import { methodOf } from '../../src/http/method.js';
import { parseTarget } from '../../src/http/target.js';
import type { Client, IncomingRequest } from '../shares/incoming-request.js';
import { checkHead } from './check-head.js';
import { whenGone } from './when-gone.js';

/** The sender of a request, also through trusted proxies. */
export function clientOf({ socket, headers }: IncomingMessage, trusted: TrustedProxies): Client {
  const peer = socket.remoteAddress;
  const forwarded = headers['x-forwarded-for'];
  const near = peer === undefined ? undefined : normalizeAddress(peer);
  return {
    address: clientAddress(peer, Array.isArray(forwarded) ? forwarded.join() : forwarded, trusted),
    throughProxy: near !== undefined && trusted.has(near),
  };
}

/**
 * Reads a request, once.
 * @param publicOrigin the origin that browsers use for this server; if undefined, it is taken from the request
 * @throws Failure `malformed`, `too-many-fields`, `expectation-failed`; `not-implemented` for an unknown method
 */
export function readRequest(
  req: IncomingMessage,
  res: ServerResponse,
  { id, client, publicOrigin }: { id: string; client: Client; publicOrigin: string | undefined },
): IncomingRequest {
  checkHead(req);
  const method = methodOf(req.method);
  if (method === undefined) throw new Failure('not-implemented', 'This server does not support this method.');
  // `OPTIONS *` is about the server as a whole (RFC 9110 section 9.3.7), and is answered like the root.
  const rawTarget = req.url ?? '/';
  const asked = method === 'OPTIONS' && rawTarget === '*' ? '/' : rawTarget;
  const headers = headersOf(req, authorityIn(asked));
  // After authentication, requirePortableNames refuses names that only Subversion allows.
  const target = parseTarget(asked, 'subversion');
  let origin: { readonly is: string | undefined } | undefined;
  const originOf = (): string | undefined =>
    (origin ??= { is: publicOrigin ?? originOfRequest(headers, client.throughProxy) }).is;
  const gone: WhenGone = whenGone(res);
  return {
    id,
    method,
    rawTarget,
    target,
    headers,
    fields: () => pairs(req.rawHeaders),
    body: req,
    client,
    connection: req.socket,
    whenGone: gone,
    origin: originOf,
    authority: () => authorityOf(originOf()),
  };
}

/**
 * Node joins fields that may be repeated, except Set-Cookie, which does not occur in requests. The authority of an
 * absolute-form target replaces the Host header field (RFC 9112 section 3.2.2).
 * @throws Failure `malformed` for an empty Host in HTTP/1.1
 */
function headersOf(req: IncomingMessage, authority: string | undefined): RequestHeaders {
  if (req.headers.host === '' && req.httpVersion === '1.1') {
    throw new Failure('malformed', 'The request has an empty Host header field.');
  }
  const headers: Record<string, string | undefined> = {};
  for (const name in req.headers) {
    const value = req.headers[name];
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  if (authority !== undefined) headers.host = authority;
  return headers;
}

/** Includes the port even if it is the scheme's default. */
function authorityOf(origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  const { protocol, host, port } = new URL(origin);
  return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
}
