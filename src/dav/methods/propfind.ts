import { Failure, isFailure } from '../../failure.js';
import type { HttpResponse } from '../../http/message.js';
import { child, hrefOf, nameOf } from '../../http/target.js';
import type { DavStorage, ResourceStat } from '../../storage/storage.js';
import type { DavMethod, ReadContext, ReadRequest } from '../context.js';
import { parseDepth, type Depth } from '../headers/depth.js';
import { parsePrefer, preferenceHeaders, type Preferences } from '../headers/prefer.js';
import { readWithLocks, type Locking, type WithLocks } from '../locks/with-locks.js';
import { hrefAt, hrefOfKey, keyOf, requireConditions, requireStat } from '../place.js';
import type { PropertyMap } from '../properties/property-store.js';
import { namedBy, parsePropertyQuery, propertyResponse, type PropertyQuery } from '../properties/query.js';
import { quotaProperties, withQuota } from '../properties/quota.js';
import { multistatus } from '../xml/multistatus.js';
import { readXml } from '../xml/parse.js';

/** Characters that are gathered before they are sent on. */
const pieceCharacters = 64 * 1024;

const none: PropertyMap = new Map();

/**
 * Tells the properties of a resource and, with Depth 1, of its members; with Depth infinity, where the share allows it,
 * of everything below (RFC 4918 section 9.1).
 */
export const propfind: DavMethod = (request, context) =>
  findProperties(request, context, {
    ...context,
    spelling: request.spelling,
    space: () => request.storage.space(),
  });

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
  const { headers } = request;
  const depth = parseDepth(headers.depth, ['infinity', '0', '1']);
  const query = parsePropertyQuery(await readXml(request.body, context.xmlLimits));
  const stat = await requireStat(request);
  requireConditions(request.method, headers, stat);
  if (depth === 'infinity' && stat.kind === 'collection' && !context.depthInfinity) {
    throw new Failure('forbidden', 'This server lists one level at a time: Depth must be 0 or 1.', {
      condition: 'propfind-finite-depth',
    });
  }
  const asked = parsePrefer(headers.prefer);
  // RFC 8144 section 3: without members there is nothing but the root to tell of.
  const preferences = { ...asked, noRoot: asked.noRoot && depth !== '0' };
  const withMembers = depth !== '0' && stat.kind === 'collection';
  const withLocks = await readWithLocks(changeable, query, keyOf(request), withMembers);
  const quota = await quotaProperties(changeable, namedBy(query));
  const telling: Telling = {
    context,
    query,
    depth,
    preferences,
    kept: (path, resource, dead) => withQuota(withLocks(path, resource, dead), resource, quota),
  };
  const answer = await multistatus(responses(request, telling, stat));
  return { ...answer, headers: [...answer.headers, ...preferenceHeaders(preferences)] };
}

/** What is told of each resource, and of which. */
interface Telling {
  readonly context: ReadContext;
  readonly query: PropertyQuery;
  readonly depth: Depth;
  readonly preferences: Preferences;
  /** Adds to the dead properties what else does not come from the stat. */
  readonly kept: WithLocks;
}

async function* responses(
  request: ReadRequest,
  telling: Telling,
  stat: ResourceStat,
): AsyncGenerator<string> {
  const { context, query, depth, preferences, kept } = telling;
  if (!preferences.noRoot) {
    const key = keyOf(request);
    const own = kept(key, stat, await context.properties.get(key));
    yield propertyResponse(query, hrefAt(request, stat), request.path, stat, own, preferences);
  }
  if (depth !== '0' && stat.kind === 'collection') yield* memberResponses(request, telling);
}

/** Depth first. A storage lists no link that leads back to where it stands, so this comes to an end. */
async function* memberResponses(request: ReadRequest, telling: Telling): AsyncGenerator<string> {
  const { context, query, depth, preferences, kept } = telling;
  const key = keyOf(request);
  const dead = await context.properties.children(key);
  const base = hrefOfKey(request, key, true);
  for await (const batch of request.storage.list(request.path)) {
    let text = '';
    for (const entry of batch) {
      const path = child(request.path, entry.name);
      if (path === undefined || !context.mayRead(path)) continue;
      const href = base + hrefOf(nameOf(path), entry.stat.kind === 'collection');
      const member = keyOf({ base: request.base, path });
      const own = kept(member, entry.stat, (dead.size > 0 ? dead.get(member) : undefined) ?? none);
      text += propertyResponse(query, href, path, entry.stat, own, preferences);
      const inner = depth === 'infinity' && entry.stat.kind === 'collection';
      if (!inner && text.length < pieceCharacters) continue;
      yield text;
      text = '';
      if (inner) yield* innerResponses({ ...request, path }, telling);
    }
    yield text;
  }
}

/** What is below a collection that was a member a moment ago. */
async function* innerResponses(request: ReadRequest, telling: Telling): AsyncGenerator<string> {
  try {
    yield* memberResponses(request, telling);
  } catch (error) {
    // It has been removed meanwhile, or cannot be listed; the rest can.
    if (!isFailure(error, 'not-found', 'forbidden')) throw error;
  }
}
