import { Failure } from '../../failure.js';
import { allowedMethods } from '../allowed-methods.js';
import type { DavMethod } from '../context.js';
import { requireTokens } from '../locks/require-tokens.js';
import { keyOf, requireConditions } from '../place.js';

/** Makes a collection (RFC 4918 section 9.3). */
export const mkcol: DavMethod = async (request, context) => {
  const { headers, storage, path } = request;
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? '0') > 0) {
    throw new Failure('unsupported-media-type', 'MKCOL takes no body here.');
  }
  const stat = await storage.stat(path);
  if (stat) {
    throw new Failure('method-not-allowed', 'There is something here already.', {
      headers: [['Allow', allowedMethods(path, stat)]],
    });
  }
  requireConditions(request.method, headers, stat);
  await requireTokens(request, context, request, 'membership');
  await storage.makeCollection(path);
  await context.properties.removeTree(keyOf(request));
  return { status: 201, headers: [['Content-Length', '0']] };
};
