import { spelled } from '../../http/spelling.js';
import { openIfFile, serveFile, serveOpenFile } from '../../static/serve-file.js';
import { visibleEntries } from '../../static/visible-entries.js';
import type { DavReadMethod } from '../context.js';
import { keyOf, requireStat } from '../place.js';

/** GET and HEAD: the bytes of a file, or a page that lists a collection for a person (RFC 4918 section 9.4). */
export const get: DavReadMethod = async (request, context) => {
  const { storage, path, method, headers } = request;
  const file = request.collection ? undefined : await openIfFile(storage, path);
  if (file) return serveOpenFile(file, path, method, headers, request);
  const stat = await requireStat(request);
  if (stat.kind === 'file') return serveFile(storage, path, method, headers, request);
  return context.listing(
    spelled(keyOf(request), request.spelling),
    visibleEntries(storage, path, context.mayRead, context.owner),
  );
};
