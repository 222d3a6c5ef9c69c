import { usernameOf } from '../../src/access/identity.js';
import type { ReadContext } from '../../src/dav/context.js';
import { handleReadOnly, noProperties } from '../../src/dav/read-only.js';
import type { PageTrust } from '../../src/http/active-content.js';
import type { HandOver } from '../../src/http/hand-over.js';
import type { HttpResponse } from '../../src/http/message.js';
import type { SharePath } from '../../src/http/target.js';
import { serveStatic } from '../../src/static/static-share.js';
import type { ReadableStorage } from '../../src/storage/storage.js';
import { directoryListing } from '../pages/directory-listing.js';
import type { ShareRequest } from './share.js';

interface ReadOnlyOptions {
  readonly dav: Pick<ReadContext, 'queries' | 'xmlLimits' | 'xmlBytes'>;
  readonly trust: PageTrust;
  readonly handOver?: HandOver | undefined;
  readonly mayRead: (path: SharePath) => boolean;
}

/** Serves a read-only tree: to WebDAV clients that mount it, and to browsers as pages. */
export function serveReadOnly(
  request: ShareRequest,
  storage: ReadableStorage,
  { dav, trust, handOver, mayRead }: ReadOnlyOptions,
): Promise<HttpResponse> {
  const { method, target, headers, body, identity, owner, place } = request;
  const reader = { username: usernameOf(identity), owner };
  const common = {
    method,
    base: place.share.declared.path,
    path: place.inside,
    spelling: place.spelling,
    collection: target.collection,
    headers,
  };
  return handleReadOnly(
    { ...common, storage, body },
    {
      ...dav,
      owner,
      properties: noProperties,
      mayRead,
      depthInfinity: false,
      classes: '1',
      get: () =>
        serveStatic(
          { ...common, query: target.query, owner, trust, handOver, mayRead },
          storage,
          (path, entries) => directoryListing(path, entries, reader),
        ),
    },
  );
}
