import { publicOrigin as originOfRequest } from '../src/http/client-address.js';
import { headersOf } from './request-headers.js';
import type { RequestContext } from './state.js';

/**
 * This server as the client addresses it, with the port, where that is the usual one of the scheme, too.
 * @param publicOrigin as it is declared; undefined: what the request says
 * @returns undefined where it is not known
 */
export function publicAuthority(
  { req, state }: RequestContext,
  publicOrigin: string | undefined,
): string | undefined {
  const origin = publicOrigin ?? originOfRequest(headersOf(req.headers), state.throughProxy === true);
  if (origin === undefined) return undefined;
  const { protocol, host, port } = new URL(origin);
  return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
}
