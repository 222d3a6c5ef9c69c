import type { IncomingMessage } from 'node:http';
import { Failure } from '../../src/failure.js';
import { parseTarget } from '../../src/http/target.js';
import { locateTarget, type MountedShare } from '../shares.js';
import type { Middleware } from '../state.js';

/**
 * Reads the request target and finds its share.
 * @throws Failure `malformed`
 */
export function locateShare(shares: readonly MountedShare[]): Middleware {
  return ({ req, state }, next) => {
    // RFC 9112 section 3.2: with two of them, a proxy in front and this server could take the request for different ones.
    if (hasTwoHosts(req.rawHeaders)) {
      throw new Failure('malformed', 'The request has more than one Host header field.');
    }
    const raw = asksAboutServer(req) ? '/' : (req.url ?? '/');
    const { target, located } = locateTarget(shares, (names) => parseTarget(raw, names));
    state.target = target;
    if (located) state.located = located;
    return next();
  };
}

/** Node's `headersDistinct` would go through every field of every request. */
function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let found = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length !== 4 || name.toLowerCase() !== 'host') continue;
    if (found) return true;
    found = true;
  }
  return false;
}

/** `OPTIONS *` asks about the server as a whole (RFC 9110 section 9.3.7); so does the root here. */
function asksAboutServer({ method, url }: IncomingMessage): boolean {
  return method === 'OPTIONS' && url === '*';
}
