import { Readable } from 'node:stream';
import { usernameOf } from '../../../src/access/identity.js';
import { signIn } from '../../../src/access/policy.js';
import { Failure } from '../../../src/failure.js';
import { restrained } from '../../../src/http/active-content.js';
import { contentTypeOf } from '../../../src/http/media-type.js';
import type { HttpResponse } from '../../../src/http/message.js';
import { nameOf, parseTarget, within, type SharePath } from '../../../src/http/target.js';
import { bodyToSend } from '../../../src/svn/bodies/body-to-send.js';
import { pathBelow } from '../../../src/svn/destination.js';
import type { Upstream, UpstreamRequest } from '../../../src/svn/upstream.js';
import { isSvnRead } from '../../../src/access/required-access.js';
import { checkSpecial } from '../../../src/svn/special-target.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import type { ShareRequest } from '../share.js';
import type { CommitRepair } from './commit-repair.js';
import type { SvnService } from './start-services.js';

/** In seconds: roughly the time until davgate tries to start Apache again. */
const retryAfter = '30';

/** Methods whose responses a browser displays. Users choose the contents of files and the names on Apache's pages. */
const navigating: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/**
 * Forwards the request to Apache on behalf of the user.
 * @param publicOrigin the origin that browsers use for this server. If undefined, links are paths only, so that a
 *   forged Host cannot send other users elsewhere
 * @throws Failure `unavailable` if there is no Apache; `unauthenticated` where path rules let nobody in without a name;
 *   `forbidden` for a MERGE from another repository and for a report
 *   on a path that path rules close to the user; also as bodyToSend and Upstream.forward
 */
export async function forwardToSvn(
  request: ShareRequest,
  share: SvnShare,
  service: SvnService,
  publicOrigin: string | undefined,
): Promise<HttpResponse> {
  const { method, rawTarget, identity, owner, place, destination } = request;
  const headers = request.fields();
  const { inside } = place;
  const username = usernameOf(identity);
  const fault = service.unserved?.();
  if (fault) throw new Failure('unavailable', fault.sentence, { headers: [['Retry-After', retryAfter]] });
  const { upstream, rules } = service;
  await rules?.ready(username);
  checkSpecial({
    method,
    path: insideRepository(share, inside),
    destination: destination && insideRepository(share, destination.inside),
    headers,
  });
  const body = await bodyToSend({ method, headers, body: request.body, owner, allowance: upstream.bodies });
  const forwarding: UpstreamRequest = {
    method,
    rawTarget,
    headers,
    body,
    username,
    owner,
    connection: request.body.socket,
    whenGone: request.whenGone,
    publicOrigin: () => publicOrigin,
  };
  if ('pieces' in body) {
    try {
      if (body.source !== undefined) checkSource(body.source, share, inside);
      if (rules !== undefined && body.path) await checkLegible(upstream, forwarding, body.path);
    } catch (error) {
      body.release();
      throw error;
    }
  }
  const forwarded = upstream.forward(forwarding);
  const response = await (isSvnRead(method) ? forwarded : mended(forwarded, service.repair, inside));
  if (username === undefined && isRefused(response)) throw unnamed(response);
  if (navigating.has(method)) return restrained(response, contentTypeOf(nameOf(inside)));
  return share.autoversioning === true && method === 'MKCOL' ? withConflict(response, inside) : response;
}

/** By path rules, mostly: with a name it might be another answer. */
function isRefused({ status }: HttpResponse): boolean {
  return status === 401 || status === 403;
}

/** Apache's own challenge names a realm that is not ours. */
function unnamed({ body }: HttpResponse): Failure {
  if (body instanceof Readable) body.destroy();
  return new Failure('unauthenticated', signIn);
}

/** A failed change may leave the repository in a state that blocks further commits: repairs it before the response. */
async function mended(
  forwarded: Promise<HttpResponse>,
  repair: CommitRepair | undefined,
  inside: SharePath,
): Promise<HttpResponse> {
  try {
    const response = await forwarded;
    if (response.status >= 500) await repair?.(inside);
    return response;
  } catch (error) {
    await repair?.(inside);
    throw error;
  }
}

/**
 * Turns mod_dav_svn's 404 for a collection without a parent into a conflict (RFC 4918 section 9.3.1): WebDAV clients
 * such as rclone then create the parent first. svn itself creates collections below `!svn` only.
 */
function withConflict(response: HttpResponse, inside: string): HttpResponse {
  const special = inside.split('/', 3).includes('!svn');
  return response.status === 404 && !special ? { ...response, status: 409 } : response;
}

/** @throws Failure `forbidden` for a MERGE into a repository other than the one that the user was authorised for */
function checkSource(source: string, share: SvnShare, target: SharePath): void {
  const { path } = parseTarget(source, 'subversion');
  const inside = within(share.path, path);
  const own = (other: string): boolean =>
    share.source.kind === 'repository' || repositoryOf(other) === repositoryOf(target);
  if (inside === undefined || !own(inside)) {
    throw new Failure('forbidden', 'A MERGE must stay within its repository.');
  }
}

/**
 * Refuses a report on a path that path rules close to the user. Subversion would crash on some of these reports
 * (subversion/libsvn_repos/rev_hunt.c, svn_repos_get_file_revs2) and reveal with others whether the path exists. This
 * therefore first asks Apache whether the user may read the path.
 * @param path below the target of the request
 */
async function checkLegible(upstream: Upstream, request: UpstreamRequest, path: string): Promise<void> {
  const rawTarget = pathBelow(request.rawTarget, path);
  const response = await upstream.forward({
    ...request,
    method: 'HEAD',
    rawTarget,
    headers: [],
    body: Readable.from([]),
  });
  if (request.username === undefined && isRefused(response)) throw unnamed(response);
  if (response.status === 403)
    throw new Failure('forbidden', 'The path rules do not allow you to read this.');
}

/** A path inside an svn share, relative to the root of its repository. */
function insideRepository({ source }: SvnShare, inside: SharePath): string {
  return source.kind === 'repository' ? inside : inside.slice(1 + repositoryOf(inside).length);
}

/** The first segment of a path inside an svn share. */
function repositoryOf(path: string): string {
  return path.split('/', 2)[1] ?? '';
}
