import type { IncomingMessage } from 'node:http';
import { Failure } from '../../src/failure.js';
import { authorityIn } from '../../src/http/authority.js';
import { parseTarget } from '../../src/http/target.js';
import { locateTarget, type MountedShare } from '../shares.js';
import type { Middleware } from '../state.js';

/**
 * Reads the request target, settles the Host, and finds the share.
 * @throws Failure `malformed`
 */
export function locateShare(shares: readonly MountedShare[]): Middleware {
  return ({ req, state }, next) => {
    const raw = asksAboutServer(req) ? '/' : (req.url ?? '/');
    settleHost(req, authorityIn(raw));
    const { target, located } = locateTarget(shares, (names) => parseTarget(raw, names));
    state.target = target;
    if (located) state.located = located;
    return next();
  };
}

/**
 * What an absolute-form target names counts for the Host header field (RFC 9112 section 3.2.2): whoever asks for Host
 * from here on, to compare origins or to make links, gets that.
 * @throws Failure `malformed` for an empty Host in HTTP/1.1; a missing one Node refuses itself
 */
function settleHost(req: IncomingMessage, authority: string | undefined): void {
  if (req.headers.host === '' && req.httpVersion === '1.1') {
    throw new Failure('malformed', 'The request has an empty Host header field.');
  }
  if (authority !== undefined) req.headers.host = authority;
}

/** `OPTIONS *` asks about the server as a whole (RFC 9110 section 9.3.7); so does the root here. */
function asksAboutServer({ method, url }: IncomingMessage): boolean {
  return method === 'OPTIONS' && url === '*';
}
