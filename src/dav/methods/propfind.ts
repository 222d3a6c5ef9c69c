import { Failure } from '../../failure.js';
import { child, hrefOf, nameOf, type ServerPath } from '../../http/target.js';
import type { ResourceStat } from '../../storage/storage.js';
import type { DavContext, DavMethod, DavRequest } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { readLocks } from '../locks/lock-index.js';
import { lockDiscovery } from '../locks/lock-properties.js';
import { hrefAt, keyOf, requireStat } from '../place.js';
import type { PropertyMap } from '../properties/property-store.js';
import { asksFor, parsePropertyQuery, propertyResponse, type PropertyQuery } from '../properties/query.js';
import { quotaProperties, withQuota } from '../properties/quota.js';
import { multistatus } from '../xml/multistatus.js';
import { readXml } from '../xml/parse.js';

/** Characters that are gathered before they are sent on. */
const pieceCharacters = 64 * 1024;

const none: PropertyMap = new Map();

/** Tells the properties of a resource and, with Depth 1, of its members (RFC 4918 section 9.1). */
export const propfind: DavMethod = async (request, context) => {
  const depth = parseDepth(request.headers.depth, ['infinity', '0', '1']);
  const query = parsePropertyQuery(await readXml(request.body, context.xmlLimits));
  const stat = await requireStat(request);
  if (depth === 'infinity' && stat.kind === 'collection') {
    throw new Failure('forbidden', 'This server lists one level at a time: Depth must be 0 or 1.', {
      condition: 'propfind-finite-depth',
    });
  }
  return multistatus(responses(request, context, query, stat, depth === '1'));
};

async function* responses(
  request: DavRequest,
  context: DavContext,
  query: PropertyQuery,
  stat: ResourceStat,
  withMembers: boolean,
): AsyncGenerator<string> {
  const key = keyOf(request);
  const kept = await keptProperties(context, query, key, withMembers && stat.kind === 'collection');
  const own = kept(key, stat, await context.properties.get(key));
  const quota = await quotaProperties(request.storage, query.kind === 'prop' ? query.names : []);
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

const lockdiscovery = '{DAV:}lockdiscovery';
const unlocked: PropertyMap = new Map([[lockdiscovery, '<D:lockdiscovery/>']]);

/** Adds lockdiscovery to a resource's dead properties, where it is asked for; all locks are read at once. */
async function keptProperties(
  context: DavContext,
  query: PropertyQuery,
  key: ServerPath,
  withMembers: boolean,
): Promise<(path: ServerPath, stat: ResourceStat, dead: PropertyMap) => PropertyMap> {
  if (!asksFor(query, lockdiscovery)) return (_path, _stat, dead) => dead;
  const locks = await readLocks(context.locks, key, withMembers);
  return (path, stat, dead) => {
    const covering = locks.covering(path);
    if (covering.length === 0 && dead.size === 0) return unlocked;
    return new Map(dead).set(
      lockdiscovery,
      lockDiscovery(covering, path, stat.kind === 'collection', context),
    );
  };
}
