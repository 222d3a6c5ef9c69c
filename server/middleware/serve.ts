import type { Identity } from '../../src/access/identity.js';
import type { DavContext, Place, UserPart } from '../../src/dav/context.js';
import { handleDav } from '../../src/dav/engine.js';
import { handleReadOnly, noProperties } from '../../src/dav/read-only.js';
import { Failure } from '../../src/failure.js';
import { refuseServiceWorker, type PageTrust } from '../../src/http/active-content.js';
import { keptPrivately } from '../../src/http/kept-privately.js';
import type { HttpResponse } from '../../src/http/message.js';
import { rootPath, within, type SharePath } from '../../src/http/target.js';
import type { ReadableStorage } from '../../src/storage/storage.js';
import { serveStatic, type ListingPage, type StaticRequest } from '../../src/static/static-share.js';
import { directoryListing } from '../pages/directory-listing.js';
import { goneSignal } from '../gone-signal.js';
import { optionsForAnyone, serveShareRoot, type ShareRootOptions } from '../share-root.js';
import { locate, type Located, type MountedShare } from '../shares.js';
import { known, type Middleware, type RequestContext } from '../state.js';
import { finderFor } from './mac-names.js';
import { publicAuthority } from '../public-authority.js';
import { headersOf } from '../request-headers.js';
import { forwardToSvn } from '../svn.js';
import type { PathRules } from '../svn-path-rules.js';
import { listsRepositories, repositoryList } from '../svn-repositories.js';
import { sendContinue } from './respond.js';

export interface ServeOptions extends ShareRootOptions {
  /** This server as browsers address it; undefined: what requests say. */
  readonly publicOrigin?: string | undefined;
  readonly dav: Omit<DavContext, UserPart>;
}

/** Has the share answer; whoever comes here may do what was asked. */
export function serve(options: ServeOptions): Middleware {
  return async (context, next) => {
    const { req, res, state } = context;
    sendContinue(req, res);
    const { located } = state;
    state.response = keptPrivately(
      await (located ? serveShare(context, located, options) : serveAboveShares(context, options)),
    );
    await next();
  };
}

/** What goes through whole trees, and ends when nobody waits for it any more. */
const lengthy: ReadonlySet<string> = new Set(['COPY', 'MOVE', 'DELETE']);

async function serveShare(
  context: RequestContext,
  located: Located,
  options: ServeOptions,
): Promise<HttpResponse> {
  const { req, res, state } = context;
  const target = known(state.target);
  const identity = known(state.identity);
  const { share, inside } = located;
  const method = req.method ?? '';
  const trust: PageTrust = share.kind === 'static' ? share.declared.trust : 'sandboxed';
  refuseServiceWorker(req.headers['service-worker'], trust);
  if (share.kind === 'svn' && !listsRepositories(share.declared, method, inside)) {
    if (state.destination && state.destination.share !== share) {
      throw new Failure('foreign-destination', 'The destination lies in another share.');
    }
    return forwardToSvn(context, { ...located, share }, identity, options.publicOrigin);
  }
  const common = {
    method,
    base: share.declared.path,
    path: inside,
    spelling: state.spelling,
    collection: target.collection,
    headers: headersOf(req.headers),
  };
  const mayRead = (path: SharePath): boolean => share.declared.policy.decide(identity, 'read', path).allowed;
  const listing: ListingPage = (path, entries) => directoryListing(path, entries, identity.username);
  /** What can only be read, mounted or shown as pages. */
  const onlyRead = (
    storage: ReadableStorage,
    what: Pick<StaticRequest, 'trust' | 'mayRead'>,
  ): Promise<HttpResponse> =>
    handleReadOnly(
      { ...common, storage, body: req },
      {
        xmlLimits: options.dav.xmlLimits,
        xmlBytes: options.dav.xmlBytes,
        principal: identity.username,
        properties: noProperties,
        mayRead: what.mayRead,
        depthInfinity: false,
        classes: '1',
        get: () =>
          serveStatic(
            { ...common, query: target.query, owner: identity.username, ...what },
            storage,
            listing,
          ),
      },
    );
  switch (share.kind) {
    case 'static':
      return onlyRead(share.storage, { trust: share.declared.trust, mayRead });
    case 'webdav': {
      const destination = webdavPlace(state.destination);
      const { headers } = common;
      return handleDav(
        {
          ...common,
          storage: share.storage,
          body: req,
          ...(lengthy.has(method) && { signal: goneSignal(res) }),
          ...(headers.if !== undefined && {
            publicAuthority: publicAuthority(context, options.publicOrigin),
          }),
          ...(destination && { destination }),
        },
        {
          ...options.dav,
          principal: identity.username,
          resolve: (path) => legiblePlace(locate(options.shares, path), identity),
          find: async (path) => legiblePlace((await finderFor(req, options.shares)(path)).located, identity),
          listing,
          mayRead,
          depthInfinity: share.declared.depthInfinity === true,
        },
      );
    }
    case 'svn': {
      const storage = await repositoryList(share.declared, identity, rulesOf(share));
      return onlyRead(storage, { trust: 'sandboxed', mayRead: () => true });
    }
  }
}

function serveAboveShares(
  { req, state }: RequestContext,
  options: ServeOptions,
): HttpResponse | Promise<HttpResponse> {
  if (!state.identity) return optionsForAnyone;
  const { path, collection } = known(state.target);
  const request = {
    method: req.method ?? '',
    path: known(within(rootPath, path)),
    spelling: state.spelling,
    collection,
    headers: headersOf(req.headers),
    body: req,
  };
  return serveShareRoot(request, state.identity, options);
}

function rulesOf({ service }: Extract<MountedShare, { kind: 'svn' }>): PathRules | undefined {
  return service.kind === 'running' ? service.rules : undefined;
}

function webdavPlace(destination: Located | undefined): Place | undefined {
  if (!destination) return undefined;
  const { share, inside, spelling } = destination;
  if (share.kind !== 'webdav') {
    throw new Failure('foreign-destination', 'The destination lies in a share of another kind.');
  }
  return { storage: share.storage, base: share.declared.path, path: inside, spelling };
}

/** The place of a path in a webdav share, if this user may read it. */
function legiblePlace(located: Located | undefined, identity: Identity): Place | undefined {
  if (located?.share.kind !== 'webdav') return undefined;
  const { storage, declared } = located.share;
  if (!declared.policy.decide(identity, 'read', located.inside).allowed) return undefined;
  return { storage, base: declared.path, path: located.inside, spelling: located.spelling };
}
