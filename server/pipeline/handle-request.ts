import { isAnonymous, usernameOf } from '../../src/access/identity.js';
import { outsideOfShares } from '../../src/access/required-access.js';
import type { DavContext, UserPart } from '../../src/dav/context.js';
import { Failure, isFailure } from '../../src/failure.js';
import type { TrustedProxies } from '../../src/http/client-address.js';
import type { HttpResponse } from '../../src/http/message.js';
import { keptPrivately } from '../../src/http/kept-privately.js';
import { sendContinue } from '../listener/expect-continue.js';
import { kinds } from '../shares/kinds.js';
import { requirePortableNames } from '../shares/portable-names.js';
import { RootRequest, serveShareRoot } from '../shares/root.js';
import type { ShareMap } from '../shares/share-map.js';
import { IdentifiedRequest, type IncomingRequest } from '../shares/incoming-request.js';
import type { ShareRequest } from '../shares/share.js';
import { authorize } from './authorize.js';
import type { Authenticate } from './authenticate.js';
import { ownerOf } from './owner.js';
import { clientOf, readRequest } from './read-request.js';
import type { Middleware, RequestRecord } from './request-record.js';
import { placeAmongRequests, type RequestLimits, type RequestsUnderWay } from './request-limits.js';
import { askToSignIn, type SignInParts } from './sign-in.js';

export interface AnswerParts extends SignInParts {
  readonly shares: ShareMap;
  readonly trustedProxies: TrustedProxies;
  /** The origin that browsers use for this server; if undefined, it is taken from each request. */
  readonly publicOrigin: string | undefined;
  readonly dav: Omit<DavContext, UserPart>;
  /** The counts outlive a reload. */
  readonly underWay: RequestsUnderWay;
  readonly requestLimits: RequestLimits;
}

/**
 * Answers a request in steps: read, authenticate, wait for a place among the requests under way, authorise, serve. Each
 * step needs the result of the one before, so none can be omitted.
 */
export function answer(parts: AnswerParts, identify: Authenticate): Middleware {
  const { trustedProxies, publicOrigin, shares } = parts;
  const since = Date.now();
  return async ({ req, res, state }) => {
    const { record } = state;
    const client = clientOf(req, trustedProxies);
    if (client.address !== undefined) record.address = client.address;
    const request = readRequest(req, res, { id: record.id, client, publicOrigin });
    const share = shares.locate(request.target.path)?.share;
    if (share) record.share = share;
    const asked = identify(request, record);
    const identity = asked instanceof Promise ? await asked : asked;
    if ('status' in identity) {
      state.response = keptPrivately(identity);
      return;
    }
    const username = usernameOf(identity);
    if (username !== undefined) record.user = username;
    const owner = ownerOf(identity, client.address);
    record.owner = owner;
    const identified = new IdentifiedRequest(request, identity, owner);
    const given = placeAmongRequests(identified, parts.underWay, parts.requestLimits);
    const giveBack = given instanceof Promise ? await given : given;
    record.giveBack = giveBack;
    res.once('close', giveBack);
    const serve = async (): Promise<HttpResponse> => {
      const permitted = await permit(identified, record, parts);
      if ('place' in permitted) await requireServed(permitted);
      sendContinue(req, res);
      return 'place' in permitted
        ? permitted.place.share.serve(permitted)
        : serveShareRoot(permitted, { ...parts, since });
    };
    const response = isAnonymous(identity) ? whereOpen(serve, request, parts) : serve();
    state.response = keptPrivately(await response);
  };
}

/** Where something needs a name after all, somebody without one is told no more than at the door. */
async function whereOpen(
  serve: () => Promise<HttpResponse>,
  request: IncomingRequest,
  parts: SignInParts,
): Promise<HttpResponse> {
  try {
    return await serve();
  } catch (error) {
    if (!isFailure(error, 'unauthenticated')) throw error;
    return askToSignIn(request, parts);
  }
}

/**
 * Resolves the paths of the request, and checks that the user may make it.
 * @returns a request for a share, or for a collection above the shares
 * @throws Failure `malformed` for invalid names; `not-found` or `forbidden` outside every share; also as authorize
 */
export async function permit(
  request: IdentifiedRequest,
  record: RequestRecord,
  { shares, publicOrigin }: Pick<AnswerParts, 'shares' | 'publicOrigin'>,
): Promise<ShareRequest | RootRequest> {
  const { target, method, headers } = request;
  requirePortableNames(target.path, shares.locate(target.path));
  const finding = shares.find(target.path, headers['user-agent']);
  const { path, located } = finding instanceof Promise ? await finding : finding;
  if (located) record.share = located.share;
  const found =
    path === target.path
      ? request
      : new IdentifiedRequest(request, request.identity, request.owner, { ...target, path });
  if (located && !shares.isAbove(path)) return authorize(found, located, shares, publicOrigin);
  const refusal = shares.isAbove(path) ? undefined : outsideOfShares(method);
  if (refusal) throw new Failure(refusal.failure, refusal.sentence);
  return new RootRequest(found, path === target.path ? undefined : { asked: target.path, real: path });
}

/** @throws Failure if the kind of the share refuses the request to every user */
async function requireServed({ method, place, destination }: ShareRequest): Promise<void> {
  const { share, inside } = place;
  const { kind, path } = share.declared;
  const refusal = kinds[kind].refuses(method, path, destination?.share.declared);
  if (!refusal) return;
  const isMethod = refusal.failure === 'method-not-allowed';
  const headers = isMethod ? [['Allow', await share.methods(inside)] as const] : [];
  throw new Failure(refusal.failure, refusal.sentence, { headers });
}
