import { Readable } from 'node:stream';
import type { Identity } from '../src/access/identity.js';
import { Failure } from '../src/failure.js';
import { restrained } from '../src/http/active-content.js';
import { pairs } from '../src/http/hop-by-hop.js';
import { contentTypeOf } from '../src/http/media-type.js';
import type { HttpResponse } from '../src/http/message.js';
import { nameOf, parseTarget, within } from '../src/http/target.js';
import { readMerge } from '../src/svn/merge-source.js';
import { isSvnRead } from '../src/access/required-access.js';
import type { Located, MountedShare } from './shares.js';
import type { RequestContext } from './state.js';
import type { SvnRepair } from './svn-repair.js';
import { whenGone } from './when-gone.js';

type SvnMount = Extract<MountedShare, { kind: 'svn' }>;

/** Seconds; about as long as it takes until Apache is tried again. */
const retryAfter = '30';

/** What a browser shows the answer of: a file of a repository is a user's file like any other, and Apache's pages name some. */
const navigating: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/**
 * Sends the request on to Apache in the name of the user.
 * @param publicOrigin this server as browsers address it; undefined: links are paths, so that no Host that a client makes
 *   up leads others elsewhere
 * @throws Failure `unavailable` where there is no Apache; `forbidden` for a MERGE from another repository; and as
 *   Upstream.forward
 */
export async function forwardToSvn(
  { req, res }: RequestContext,
  located: Located<SvnMount>,
  identity: Identity,
  publicOrigin: string | undefined,
): Promise<HttpResponse> {
  const { service } = located.share;
  if (service.kind === 'missing') throw new Failure('unavailable', service.reason);
  const fault = service.unserved?.();
  if (fault) throw new Failure('unavailable', fault.sentence, { headers: [['Retry-After', retryAfter]] });
  await service.rules?.ready(identity.username);
  const method = req.method ?? '';
  const forwarded = service.upstream.forward({
    method,
    rawTarget: req.url ?? '/',
    headers: pairs(req.rawHeaders),
    body: method === 'MERGE' ? await ownMerge(req, located) : req,
    username: identity.username,
    connection: req.socket,
    whenGone: whenGone(res),
    publicOrigin: () => publicOrigin,
  });
  const response = await (isSvnRead(method) ? forwarded : mended(forwarded, service.repair, located));
  if (navigating.has(method)) return restrained(response, contentTypeOf(nameOf(located.inside)));
  return located.share.declared.autoversioning === true && method === 'MKCOL'
    ? withConflict(response, located.inside)
    : response;
}

/** A change that Apache could not make may have left the repository so that no other can be made: that is mended first. */
async function mended(
  forwarded: Promise<HttpResponse>,
  repair: SvnRepair | undefined,
  { inside }: Located,
): Promise<HttpResponse> {
  try {
    const response = await forwarded;
    if (response.status >= 500) await repair?.afterFailureAt(inside);
    return response;
  } catch (error) {
    await repair?.afterFailureAt(inside);
    throw error;
  }
}

/**
 * A collection whose parent is missing is a conflict (RFC 4918 section 9.3.1), upon which WebDAV clients, rclone for
 * one, make the parent first; mod_dav_svn answers 404. What svn itself makes lies below `!svn`.
 */
function withConflict(response: HttpResponse, inside: string): HttpResponse {
  const special = inside.split('/', 3).includes('!svn');
  return response.status === 404 && !special ? { ...response, status: 409 } : response;
}

/** The body of a MERGE, read and found to commit to the repository that the user was authorised for. */
async function ownMerge(body: Readable, located: Located<SvnMount>): Promise<Readable> {
  const { bytes, source } = await readMerge(body);
  const { path } = parseTarget(source, 'subversion');
  const inside = within(located.share.declared.path, path);
  const { source: kept } = located.share.declared;
  const own = (other: string): boolean =>
    kept.kind === 'repository' || repositoryOf(other) === repositoryOf(located.inside);
  if (inside === undefined || !own(inside)) {
    throw new Failure('forbidden', 'A MERGE must stay in its own repository.');
  }
  return Readable.from([bytes]);
}

/** The first segment of a path inside an svn share. */
function repositoryOf(path: string): string {
  return path.split('/', 2)[1] ?? '';
}
