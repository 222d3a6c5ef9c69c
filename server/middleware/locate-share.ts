import type { IncomingMessage } from 'node:http';
import { hasDestination } from '../../src/access/required-access.js';
import { Failure } from '../../src/failure.js';
import { parseDestination } from '../../src/http/destination.js';
import { parseTarget } from '../../src/http/target.js';
import { locate, type MountedShare } from '../shares.js';
import type { Middleware } from '../state.js';

/**
 * Reads the request target and, for COPY and MOVE, the Destination, and finds their shares.
 * @throws Failure `malformed`; `foreign-destination`; `forbidden` for a destination outside every share
 */
export function locateShare(shares: readonly MountedShare[]): Middleware {
  return async ({ req, state }, next) => {
    state.target = parseTarget(asksAboutServer(req) ? '/' : (req.url ?? '/'));
    const located = locate(shares, state.target.path);
    if (located) state.located = located;
    if (located && hasDestination(req.method ?? '')) {
      const target = parseDestination(header(req.headers.destination), req.headers.host);
      const destination = locate(shares, target.path);
      if (!destination) throw new Failure('forbidden', 'The destination lies in no share.');
      state.destination = destination;
    }
    await next();
  };
}

/** `OPTIONS *` asks about the server as a whole (RFC 9110 section 9.3.7); so does the root here. */
function asksAboutServer({ method, url }: IncomingMessage): boolean {
  return method === 'OPTIONS' && url === '*';
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
