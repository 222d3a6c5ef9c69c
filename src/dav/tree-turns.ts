import { FairSlots, type FairSlotLimits } from '../async/fair-slots.js';
import { Failure, isFailure } from '../failure.js';
import type { HttpResponse } from '../http/message.js';
import { isSameOrBelow } from '../http/target.js';
import type { Claim, PathTurns } from '../storage/path-turns.js';
import type { DavContext, DavRequest, Place } from './context.js';
import { keyOf } from './place.js';

/** How long MOVE, COPY and DELETE wait for each other, and how many. */
export const treeTurnLimits = { patience: 30_000, waiting: 1000, waitingOfOne: 100 };

/** How many go through trees member by member at once, and how many wait for that. */
const treeWorkLimits: FairSlotLimits = {
  most: 16,
  mostOfOne: 4,
  waiting: 1000,
  waitingOfOne: 100,
  patience: 30_000,
};

/** The room there is, in all and for each user, for going through trees member by member. */
export function treeSlots(limits: Partial<FairSlotLimits> = {}): FairSlots {
  return new FairSlots(
    { ...treeWorkLimits, ...limits },
    {
      busy: () =>
        new Failure('unavailable', 'Too many folders are being copied or removed at once. Try again later.', {
          headers: [['Retry-After', '5']],
        }),
      gone: () => new Failure('malformed', 'The client went away before this was done.'),
    },
  );
}

/**
 * Does what changes whole trees in its turn: two such changes of one resource, or of one and what lies below it, are
 * made one after the other. Each then finds what the other left, and neither takes a half of it for the whole.
 * @throws Failure `conflict` where another change, while this one waited, has put something else where this one's
 *   source was; as `change` and `PathTurns.take`
 */
export async function inTurn(
  request: DavRequest,
  context: Pick<DavContext, 'turns' | 'treeSlots' | 'principal'>,
  change: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { treeSlots: slots, principal } = context;
  const work = (): Promise<HttpResponse> => taken(request, context, change);
  // Before its turn: what waits for room keeps nobody from anything.
  return (await isLarge(request)) ? slots.run(principal, request.signal, work) : work();
}

/** Whether this may go through a tree member by member. Within a storage, MOVE renames. */
async function isLarge({ method, storage, path, destination, headers }: DavRequest): Promise<boolean> {
  if (method === 'MOVE' && storage === destination?.storage) return false;
  if (method === 'COPY' && headers.depth?.trim() === '0') return false;
  const stat = await storage.stat(path).catch((error: unknown) => {
    // The method itself tells it.
    if (isFailure(error)) return undefined;
    throw error;
  });
  return stat?.kind === 'collection';
}

async function taken(
  request: DavRequest,
  { turns, principal }: Pick<DavContext, 'turns' | 'principal'>,
  change: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const claim = await claimOf(request);
  const turn = await turns.take(claim, { signal: request.signal, owner: principal });
  let changed = false;
  try {
    if (await isReplaced(request, turn.written)) {
      throw new Failure('conflict', 'Another request has just put something else here. Look again first.');
    }
    changed = true;
    return await change();
  } catch (error) {
    // What is refused has changed nothing; what broke off may have.
    if (isFailure(error) && error.kind !== 'internal') changed = false;
    throw error;
  } finally {
    turn.end(changed);
  }
}

async function claimOf(request: DavRequest): Promise<Claim> {
  const { method, destination } = request;
  const own = await pathsOf(request);
  const target = destination ? await pathsOf(destination) : [];
  switch (method) {
    case 'MOVE':
      return { writes: [...own, ...target] };
    case 'COPY':
      // Whoever may only read must not keep others from their work: what goes meanwhile is told as what failed.
      return { writes: target, sees: own };
    default:
      return { writes: own };
  }
}

/** Links, and shares on one folder, give a resource more than one path. */
async function pathsOf(place: Place): Promise<string[]> {
  const real = await place.storage.realNames(place.path).catch((error: unknown) => {
    // Where nothing can be, nothing is changed either.
    if (isFailure(error)) return [];
    throw error;
  });
  return [keyOf(place), ...real.map((name) => `real:${name}`)];
}

/** Whether what the request is about was replaced as a whole. What is gone is told by the method itself. */
async function isReplaced(request: DavRequest, written: readonly string[]): Promise<boolean> {
  const key = keyOf(request);
  if (!written.some((path) => isSameOrBelow(path, key))) return false;
  return (await request.storage.stat(request.path)) !== undefined;
}

/** Notes a small change of one resource, so that no tree that it belongs to goes away under it. */
export function enterTree(place: Place, { turns }: { readonly turns: PathTurns }): () => void {
  return turns.enter(keyOf(place));
}
