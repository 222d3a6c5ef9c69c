import { hasDestination } from '../../src/access/required-access.js';
import { Failure } from '../../src/failure.js';
import { parseDestinationBy } from '../../src/http/destination.js';
import type { ServerPath } from '../../src/http/target.js';
import { kinds } from '../shares/kinds.js';
import { requirePortableNames } from '../shares/portable-names.js';
import { ShareRequest, type Located } from '../shares/share.js';
import type { ShareMap } from '../shares/share-map.js';
import type { IdentifiedRequest } from '../shares/incoming-request.js';
import { explainedDestination } from './destination-advice.js';

/**
 * Checks every right that a request in a share needs, each by the rules of the share that contains its path. Resolves
 * the destination of COPY and MOVE.
 * @param publicOrigin as declared
 * @throws Failure `forbidden` with the reason, also for a destination outside every share; `unauthenticated` for a person
 *   who has not signed in; `malformed` and
 *   `foreign-destination` for an invalid Destination
 */
export function authorize(
  request: IdentifiedRequest,
  place: Located,
  shares: ShareMap,
  publicOrigin: string | undefined,
): ShareRequest | Promise<ShareRequest> {
  if (!hasDestination(request.method)) {
    requireAccess(request, place, shares);
    return new ShareRequest(request, place, undefined);
  }
  return findDestination(request, shares, publicOrigin).then((destination) => {
    requireAccess(request, place, shares, destination.path);
    return new ShareRequest(request, place, destination);
  });
}

function requireAccess(
  request: IdentifiedRequest,
  place: Located,
  shares: ShareMap,
  destination?: ServerPath,
): void {
  const { method, identity } = request;
  const { requires } = kinds[place.share.declared.kind];
  for (const { path, action, scope } of requires({
    method,
    path: place.path,
    destination,
    depth: depthOf(request),
  })) {
    const located = path === place.path ? place : shares.locate(path);
    if (!located) throw new Failure('forbidden', 'The destination is not in a share.');
    const decision = located.share.declared.policy.decide(identity, action, located.inside, scope);
    if (!decision.allowed) throw new Failure(decision.failure, decision.reason);
  }
}

/** A LOCK without a body refreshes a lock, and creates none (RFC 4918 section 9.10.2). */
function depthOf({ method, headers }: IdentifiedRequest): string | undefined {
  const bodyless = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  return method === 'LOCK' && bodyless ? '0' : headers.depth;
}

/** A proxy in front may have changed the Host header field, but not the Destination header field. */
async function findDestination(
  request: IdentifiedRequest,
  shares: ShareMap,
  publicOrigin: string | undefined,
): Promise<Located> {
  const { located } = await shares.find(
    destinationOf(request, shares, publicOrigin),
    request.headers['user-agent'],
  );
  if (!located) throw new Failure('forbidden', 'The destination is not in a share.');
  return located;
}

function destinationOf(
  { headers, client, authority }: IdentifiedRequest,
  shares: ShareMap,
  publicOrigin: string | undefined,
): ServerPath {
  const { destination, host } = headers;
  try {
    const { path } = parseDestinationBy('subversion', destination, [host, authority()]);
    requirePortableNames(path, shares.locate(path));
    return path;
  } catch (error) {
    throw explainedDestination(error, () => ({
      destination,
      host,
      publicOrigin,
      authority: authority(),
      throughProxy: client.throughProxy,
      forwardedHost: headers['x-forwarded-host'],
    }));
  }
}
