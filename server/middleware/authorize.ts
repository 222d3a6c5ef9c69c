import type { IncomingMessage } from 'node:http';
import { hasDestination, outsideOfShares, requiredAccess } from '../../src/access/required-access.js';
import { Failure } from '../../src/failure.js';
import { parseDestinationBy } from '../../src/http/destination.js';
import type { ServerPath } from '../../src/http/target.js';
import {
  isAboveShares,
  locate,
  type Located,
  locateTarget,
  type MountedShare,
  requirePortableNames,
} from '../shares.js';
import { type Compared, explainedDestination } from '../foreign-destination.js';
import { finderFor } from './mac-names.js';
import { publicAuthority } from '../public-authority.js';
import { headersOf } from '../request-headers.js';
import { known, type Middleware, type RequestContext } from '../state.js';

/**
 * Checks every right that the request needs, each by the rule of the share its path lies in; for COPY and MOVE finds
 * where they lead.
 * @param publicOrigin this server as browsers address it; undefined: what the request says
 * @throws Failure `forbidden` with the reason, also for a destination in no share; `not-found` or `forbidden` for a path
 *   in no share; `malformed` and `foreign-destination` for a Destination
 */
export function authorize(shares: readonly MountedShare[], publicOrigin?: string): Middleware {
  return (context, next) => {
    const { req, state } = context;
    const { located } = state;
    if (isAboveShares(shares, known(state.target).path)) return next();
    if (!located) {
      const refusal = outsideOfShares(req.method ?? '');
      if (refusal) throw new Failure(refusal.failure, refusal.sentence);
      return next();
    }
    if (!hasDestination(req.method ?? '')) {
      requireAccess(shares, context, located);
      return next();
    }
    return locateDestination(shares, context, publicOrigin).then((destination) => {
      state.destination = destination;
      requireAccess(shares, context, located, destination.path);
      return next();
    });
  };
}

function requireAccess(
  shares: readonly MountedShare[],
  { req, state }: RequestContext,
  located: Located,
  destination?: ServerPath,
): void {
  const identity = known(state.identity);
  for (const { path, action, scope } of requiredAccess(
    located.share.kind,
    req.method ?? '',
    located.path,
    destination,
    depthOf(req),
  )) {
    const place = path === located.path ? located : known(locate(shares, path));
    const decision = place.share.declared.policy.decide(identity, action, place.inside, scope);
    if (!decision.allowed) throw new Failure('forbidden', decision.reason);
  }
}

/** A LOCK without a body is a refresh, which locks nothing anew (RFC 4918 section 9.10.2). */
function depthOf({ method, headers }: IncomingMessage): string | undefined {
  const bodyless = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  if (method === 'LOCK' && bodyless) return '0';
  return Array.isArray(headers.depth) ? headers.depth[0] : headers.depth;
}

/** A proxy in front may have changed the Host, but not what the client wrote into the Destination. */
async function locateDestination(
  shares: readonly MountedShare[],
  context: RequestContext,
  publicOrigin: string | undefined,
): Promise<Located> {
  const { destination, host } = context.req.headers;
  const field = Array.isArray(destination) ? destination[0] : destination;
  const authority = publicAuthority(context, publicOrigin);
  const path = destinationIn(shares, [host, authority], field, () => ({
    destination: field,
    host,
    publicOrigin,
    authority,
    throughProxy: context.state.throughProxy === true,
    forwardedHost: headersOf(context.req.headers)['x-forwarded-host'],
  }));
  const { located } = await finderFor(context.req, shares)(path);
  if (!located) throw new Failure('forbidden', 'The destination lies in no share.');
  return located;
}

function destinationIn(
  shares: readonly MountedShare[],
  authorities: readonly (string | undefined)[],
  field: string | undefined,
  compared: () => Compared,
): ServerPath {
  try {
    const { target, located } = locateTarget(shares, (names) =>
      parseDestinationBy(names, field, authorities),
    );
    requirePortableNames(target.path, located);
    return target.path;
  } catch (error) {
    throw explainedDestination(error, compared);
  }
}
