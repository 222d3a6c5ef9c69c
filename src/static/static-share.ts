import { Failure } from '../failure.js';
import type { PageTrust } from '../http/active-content.js';
import type { HandOver } from '../http/hand-over.js';
import type { HttpResponse, RequestHeaders } from '../http/message.js';
import { spelled, type Spelling } from '../http/spelling.js';
import { hrefOf, type ServerPath, type SharePath, join } from '../http/target.js';
import { openIfFile, serveFile, serveOpenFile } from './serve-file.js';
import type { Entry, ReadableStorage } from '../storage/storage.js';
import { visibleEntries } from './visible-entries.js';

type ListingPage = (path: string, entries: AsyncIterable<readonly Entry[]>) => HttpResponse;

interface StaticRequest {
  readonly method: string;
  readonly base: ServerPath;
  readonly path: SharePath;
  /** How the client spells the path, if the server found the resource under another name. */
  readonly spelling?: Spelling | undefined;
  readonly collection: boolean;
  /** The part after the `?`, encoded. */
  readonly query: string;
  readonly headers: RequestHeaders;
  readonly trust: PageTrust;
  readonly handOver?: HandOver | undefined;
  /** Whether the user may know of this member of the share. */
  readonly mayRead: (path: SharePath) => boolean;
  /** The user of the request: users take turns at long work. */
  readonly owner?: string;
}

/**
 * Answers GET and HEAD. Redirects a folder without a trailing slash, so that relative links in pages work.
 * @throws Failure `not-found` and what `serveFile` throws
 */
export async function serveStatic(
  request: StaticRequest,
  storage: ReadableStorage,
  listing: ListingPage,
): Promise<HttpResponse> {
  const { method, base, path, headers } = request;
  const file = request.collection ? undefined : await openIfFile(storage, path);
  if (file) return serveOpenFile(file, path, method, headers, request);
  const stat = await storage.stat(path);
  if (!stat) throw new Failure('not-found', 'There is nothing here.');
  if (stat.kind === 'file') {
    if (request.collection && path !== '/')
      throw new Failure('not-found', 'There is no folder with this name.');
    return serveFile(storage, path, method, headers, request);
  }
  const full = spelled(join(base, path), request.spelling);
  if (!request.collection) {
    const query = request.query === '' ? '' : `?${request.query}`;
    return {
      status: 301,
      headers: [
        ['Location', hrefOf(full, true) + query],
        ['Content-Length', '0'],
      ],
    };
  }
  return listing(full, visibleEntries(storage, path, request.mayRead, request.owner));
}
