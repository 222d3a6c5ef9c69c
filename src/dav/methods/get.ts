import { keyOf, requireStat } from '../place.js';
import { serveFile } from '../../storage/serve-file.js';
import { child } from '../../http/target.js';
import type { Entry } from '../../storage/storage.js';
import type { DavContext, DavMethod, DavRequest } from '../context.js';

const notCached = [
  ['Cache-Control', 'private, no-cache'],
  ['X-Content-Type-Options', 'nosniff'],
] as const;

/** GET and HEAD: a file's bytes, or a page for a person that lists a collection (RFC 4918 section 9.4). */
export const get: DavMethod = async (request, context) => {
  const stat = await requireStat(request);
  if (stat.kind === 'file') {
    return serveFile(request.storage, request.path, request.method, request.headers, notCached);
  }
  return context.listing(keyOf(request), readable(request, context));
};

async function* readable(request: DavRequest, context: DavContext): AsyncGenerator<readonly Entry[]> {
  for await (const batch of request.storage.list(request.path)) {
    yield batch.filter(({ name }) => {
      const path = child(request.path, name);
      return path !== undefined && context.mayRead(path);
    });
  }
}
