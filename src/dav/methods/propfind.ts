import { Failure } from '../../failure.js';
import type { HttpResponse } from '../../http/message.js';
import { child, hrefOf, nameOf } from '../../http/target.js';
import type { DavStorage, ResourceStat } from '../../storage/storage.js';
import type { DavMethod, ReadContext, ReadRequest } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { readWithLocks, type Locking } from '../locks/with-locks.js';
import { hrefAt, keyOf, requireStat } from '../place.js';
import type { PropertyMap } from '../properties/property-store.js';
import { parsePropertyQuery, propertyResponse, type PropertyQuery } from '../properties/query.js';
import { quotaProperties, withQuota } from '../properties/quota.js';
import { multistatus } from '../xml/multistatus.js';
import { readXml } from '../xml/parse.js';

/** Characters that are gathered before they are sent on. */
const pieceCharacters = 64 * 1024;

const none: PropertyMap = new Map();

/** Tells the properties of a resource and, with Depth 1, of its members (RFC 4918 section 9.1). */
export const propfind: DavMethod = (request, context) =>
  findProperties(request, context, { ...context, space: () => request.storage.space() });

/** What is told of besides, where something can be changed. */
type Changeable = Locking & Pick<DavStorage, 'space'>;

/**
 * The same where nothing need be changeable.
 * @param changeable undefined where nothing can be changed: there are no locks then and no quota
 */
export async function findProperties(
  request: ReadRequest,
  context: ReadContext,
  changeable?: Changeable,
): Promise<HttpResponse> {
  const depth = parseDepth(request.headers.depth, ['infinity', '0', '1']);
  const query = parsePropertyQuery(await readXml(request.body, context.xmlLimits));
  const stat = await requireStat(request);
  if (depth === 'infinity' && stat.kind === 'collection') {
    throw new Failure('forbidden', 'This server lists one level at a time: Depth must be 0 or 1.', {
      condition: 'propfind-finite-depth',
    });
  }
  return multistatus(responses(request, { ...context, changeable }, query, stat, depth === '1'));
}

async function* responses(
  request: ReadRequest,
  context: ReadContext & { readonly changeable: Changeable | undefined },
  query: PropertyQuery,
  stat: ResourceStat,
  withMembers: boolean,
): AsyncGenerator<string> {
  const key = keyOf(request);
  const kept = await readWithLocks(
    context.changeable,
    query,
    key,
    withMembers && stat.kind === 'collection',
  );
  const own = kept(key, stat, await context.properties.get(key));
  const quota = await quotaProperties(context.changeable, query.kind === 'prop' ? query.names : []);
  yield propertyResponse(query, hrefAt(request, stat), request.path, stat, withQuota(own, stat, quota));
  if (!withMembers || stat.kind !== 'collection') return;
  const dead = await context.properties.children(key);
  const base = hrefOf(key, true);
  for await (const batch of request.storage.list(request.path)) {
    let text = '';
    for (const entry of batch) {
      const path = child(request.path, entry.name);
      if (path === undefined || !context.mayRead(path)) continue;
      const href = base + hrefOf(nameOf(path), entry.stat.kind === 'collection');
      const member = keyOf({ base: request.base, path });
      const properties = kept(member, entry.stat, dead.get(member) ?? none);
      text += propertyResponse(query, href, path, entry.stat, withQuota(properties, entry.stat, quota));
      if (text.length < pieceCharacters) continue;
      yield text;
      text = '';
    }
    yield text;
  }
}
