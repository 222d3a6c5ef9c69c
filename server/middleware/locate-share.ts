import type { IncomingMessage } from 'node:http';
import { parseTarget } from '../../src/http/target.js';
import { locateTarget, type MountedShare } from '../shares.js';
import type { Middleware } from '../state.js';

/**
 * Reads the request target and finds its share.
 * @throws Failure `malformed`
 */
export function locateShare(shares: readonly MountedShare[]): Middleware {
  return ({ req, state }, next) => {
    const raw = asksAboutServer(req) ? '/' : (req.url ?? '/');
    const { target, located } = locateTarget(shares, (names) => parseTarget(raw, names));
    state.target = target;
    if (located) state.located = located;
    return next();
  };
}

/** `OPTIONS *` asks about the server as a whole (RFC 9110 section 9.3.7); so does the root here. */
function asksAboutServer({ method, url }: IncomingMessage): boolean {
  return method === 'OPTIONS' && url === '*';
}
