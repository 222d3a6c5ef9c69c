import { Failure, isFailure } from '../../failure.js';
import { allowedMethods } from '../allowed-methods.js';
import type { DavContext, DavMethod, DavRequest } from '../context.js';
import { parsePrefer, preferenceHeaders } from '../headers/prefer.js';
import { requireTokens } from '../locks/require-tokens.js';
import { keyOf, requireConditions } from '../place.js';
import { clearLeftovers } from '../properties/leftovers.js';
import {
  collectionResponse,
  parseCollectionRequest,
  type CollectionRequest,
} from '../properties/extended-mkcol.js';
import { readBody } from '../read-body.js';
import { enterTree, settledTree } from '../tree-turns.js';

/** Creates a collection (RFC 4918 section 9.3), with properties if the body asks for any (RFC 5689). */
export const mkcol: DavMethod = async (request, context) => {
  const { headers, storage, path } = request;
  const stat = await storage.stat(path);
  if (stat) {
    throw new Failure('method-not-allowed', 'There is something here already.', {
      headers: [['Allow', allowedMethods(path, stat)]],
    });
  }
  const asked = await readCollectionRequest(request, context);
  requireConditions(request.method, headers, stat);
  await requireTokens(request, context, request, 'membership');
  if (asked && asked.refused.size > 0) return collectionResponse(asked);
  await clearLeftovers(request, context, await storage.stat(path));
  const settled = settledTree(request, context);
  if (settled) await settled;
  const leave = enterTree(request, context);
  await storage.makeCollection(path).finally(leave);
  if (asked && asked.changes.length > 0) await setProperties(request, context, asked);
  if (!asked) return { status: 201, headers: [['Content-Length', '0']] };
  const preferences = { ...parsePrefer(headers.prefer), noRoot: false };
  const answer = preferences.minimal
    ? { status: 201, headers: [['Content-Length', '0'] as const] }
    : collectionResponse(asked);
  return { ...answer, headers: [...answer.headers, ...preferenceHeaders(preferences)] };
};

const notXml = 'The body of a MKCOL must be XML or empty.';

async function readCollectionRequest(
  { headers, body }: DavRequest,
  context: DavContext,
): Promise<CollectionRequest | undefined> {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? '0') > 0;
  if (!hasBody) return undefined;
  if (type !== undefined && !/^(text|application)\/([^/]+\+)?xml$/.test(type)) {
    throw new Failure('unsupported-media-type', notXml);
  }
  const root = await readBody(body, context).catch((error: unknown) => {
    // The client did not declare the body as XML.
    if (type !== undefined || !isFailure(error, 'malformed')) throw error;
    throw new Failure('unsupported-media-type', notXml, { cause: error });
  });
  return root && parseCollectionRequest(root, context.propertyLimits);
}

/** Sets the properties of the new collection; removes the collection if that fails. */
async function setProperties(
  request: DavRequest,
  { properties, principal }: DavContext,
  asked: CollectionRequest,
): Promise<void> {
  try {
    await properties.patch(keyOf(request), asked.changes, { principal, share: request.base });
  } catch (error) {
    await request.storage.remove(request.path);
    throw error;
  }
}
