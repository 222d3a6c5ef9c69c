import { Breath } from '../../async/breath.js';
import { paced } from '../../async/paced.js';
import { Failure, isFailure } from '../../failure.js';
import type { HttpResponse } from '../../http/message.js';
import { child, hrefOf, nameOf, type ServerPath, type SharePath } from '../../http/target.js';
import type { DavStorage, Entry, ResourceStat } from '../../storage/storage.js';
import type { DavReadMethod, ReadContext, ReadRequest } from '../context.js';
import { parseDepth, type Depth } from '../headers/depth.js';
import { parsePrefer, preferenceHeaders } from '../headers/prefer.js';
import { readWithLocks, type Locking, type WithLocks } from '../locks/with-locks.js';
import { hrefAt, hrefOfKey, keyOf, requireConditions, requireStat } from '../place.js';
import type { MemberProperties, MemberRun, PropertyMap, Wanted } from '../properties/property-store.js';
import { namedBy, wantedBy } from '../properties/query.js';
import { quotaProperties, withQuota } from '../properties/live.js';
import { multistatus } from '../xml/multistatus.js';
import { propertyResponses, type PropertyResponse } from '../xml/propfind-response.js';

/** Characters to gather before sending them on. */
const pieceCharacters = 64 * 1024;

const none: PropertyMap = new Map();

/**
 * Reports the properties of a resource and, with Depth 1, of its members; with Depth infinity, if the share allows it,
 * of everything below (RFC 4918 section 9.1).
 */
export const propfind: DavReadMethod = (request, context) =>
  findProperties(request, context, {
    locks: context.locks,
    principal: context.principal,
    now: context.now,
    spelling: request.spelling,
    space: () => request.storage.space(),
  });

/** What is reported in addition if the place can be changed. */
type Changeable = Locking & Pick<DavStorage, 'space'>;

/**
 * The same for a place that may be read-only.
 * @param changeable undefined if the place is read-only: it then has no locks and no quota
 */
export async function findProperties(
  request: ReadRequest,
  context: ReadContext,
  changeable?: Changeable,
): Promise<HttpResponse> {
  const { headers } = request;
  const depth = parseDepth(headers.depth, ['infinity', '0', '1']);
  const query = await context.queries.read(request, context);
  const stat = await requireStat(request);
  requireConditions(request.method, headers, stat);
  if (depth === 'infinity' && stat.kind === 'collection' && !context.depthInfinity) {
    throw new Failure('forbidden', 'This server lists one level at a time. Depth must be 0 or 1.', {
      condition: 'propfind-finite-depth',
    });
  }
  const asked = parsePrefer(headers.prefer);
  // RFC 8144 section 3: without members, the root is all there is to report.
  const preferences = { ...asked, noRoot: asked.noRoot && depth !== '0' };
  const extent = stat.kind === 'collection' ? depth : '0';
  const withLocks = await readWithLocks(changeable, query, keyOf(request), extent);
  const quota = await quotaProperties(changeable, namedBy(query));
  const telling: Telling = {
    properties: context.properties,
    mayRead: context.mayRead,
    respond: propertyResponses(query, preferences),
    wanted: wantedBy(query),
    depth,
    noRoot: preferences.noRoot,
    kept: (path, resource, dead) => withQuota(withLocks(path, resource, dead), resource, quota),
    owner: context.owner,
    breath: new Breath(context.owner),
  };
  const answer = await multistatus(responses(request, telling, stat));
  return { ...answer, headers: [...answer.headers, ...preferenceHeaders(preferences)] };
}

interface Telling extends Pick<ReadContext, 'properties' | 'mayRead'> {
  readonly respond: PropertyResponse;
  readonly wanted: Wanted;
  readonly depth: Depth;
  readonly noRoot: boolean;
  /** Adds the properties that do not come from the stat to the dead ones. */
  readonly kept: WithLocks;
  /** The user whose work this is: users take turns. */
  readonly owner: string;
  readonly breath: Breath;
}

async function* responses(
  request: ReadRequest,
  telling: Telling,
  stat: ResourceStat,
): AsyncGenerator<string> {
  const { properties, respond, wanted, depth, noRoot, kept } = telling;
  if (!noRoot) {
    const key = keyOf(request);
    const dead = wanted.length === 0 ? none : await properties.get(key, wanted);
    yield respond(hrefAt(request, stat), request.path, stat, kept(key, stat, dead));
  }
  if (depth !== '0' && stat.kind === 'collection') yield* memberResponses(request, telling);
}

/** Depth first. A storage does not list links that lead back up, so this comes to an end. */
async function* memberResponses(request: ReadRequest, telling: Telling): AsyncGenerator<string> {
  const { properties, respond, wanted, depth, kept, owner, breath } = telling;
  const key = keyOf(request);
  const dead = wanted.length === 0 ? undefined : await properties.members(key, wanted);
  const base = hrefOfKey(request, key, true);
  for await (const batch of paced(request.storage.list(request.path), owner)) {
    let text = '';
    for await (const { members, found } of runsOf(membersIn(batch, request, telling), dead)) {
      for (const { path, key: member, stat } of members) {
        const rest = breath.pause();
        if (rest) await rest;
        const href = base + hrefOf(nameOf(path), stat.kind === 'collection');
        text += respond(href, path, stat, kept(member, stat, found?.get(member) ?? none));
        const inner = depth === 'infinity' && stat.kind === 'collection';
        if (!inner && text.length < pieceCharacters) continue;
        yield text;
        text = '';
        if (inner) yield* innerResponses({ ...request, path }, telling);
      }
    }
    yield text;
  }
}

interface Member {
  readonly path: SharePath;
  readonly key: ServerPath;
  readonly stat: ResourceStat;
}

function membersIn(batch: readonly Entry[], { path, base }: ReadRequest, { mayRead }: Telling): Member[] {
  const members: Member[] = [];
  for (const { name, stat } of batch) {
    const inside = child(path, name);
    if (inside === undefined || !mayRead(inside)) continue;
    members.push({ path: inside, key: keyOf({ base, path: inside }), stat });
  }
  return members;
}

/** Members in runs whose dead properties are not too large together. */
async function* runsOf(
  members: readonly Member[],
  dead: MemberProperties | undefined,
): AsyncGenerator<{ members: readonly Member[]; found: MemberRun['found'] | undefined }> {
  if (!dead) {
    yield { members, found: undefined };
    return;
  }
  let from = 0;
  for await (const { paths, found } of dead.of(members.map(({ key }) => key))) {
    yield { members: members.slice(from, from + paths), found };
    from += paths;
  }
}

/** Everything below a collection that was a member a moment ago. */
async function* innerResponses(request: ReadRequest, telling: Telling): AsyncGenerator<string> {
  try {
    yield* memberResponses(request, telling);
  } catch (error) {
    // It has been removed in the meantime, or cannot be listed; go on with the rest.
    if (!isFailure(error, 'not-found', 'forbidden')) throw error;
  }
}
