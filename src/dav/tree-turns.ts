import { FairSlots, type FairSlotLimits } from '../async/fair-slots.js';
import { busy, Failure, isFailure } from '../failure.js';
import type { HttpResponse } from '../http/message.js';
import { isSameOrBelow } from '../http/target.js';
import type { Claim, Turns } from '../storage/path-turns.js';
import type { DavContext, DavRequest, Place } from './context.js';
import { keyOf } from './place.js';

/** How long MOVE, COPY and DELETE wait for each other, in milliseconds, and how many may wait. */
export const treeTurnLimits = { patience: 30_000, waiting: 1000, waitingOfOne: 100 };

/** How many requests go through trees member by member at the same time, and how many wait for that. */
const treeWorkLimits: FairSlotLimits = {
  most: 16,
  mostOfOne: 4,
  waiting: 1000,
  waitingOfOne: 100,
  patience: 30_000,
};

/**
 * The slots, in all and for each user, for going through trees member by member.
 * @param processes how many processes divide these slots among them
 */
export function treeSlots(limits: Partial<FairSlotLimits> = {}, processes = 1): FairSlots {
  const part = (limit: number): number => Math.ceil(limit / processes);
  const { most, mostOfOne, waiting, waitingOfOne, patience } = treeWorkLimits;
  return new FairSlots(
    {
      most: part(most),
      mostOfOne: part(mostOfOne),
      waiting: part(waiting),
      waitingOfOne: part(waitingOfOne),
      patience,
      ...limits,
    },
    {
      busy: () => busy('The server is copying or removing too many folders at once. Try again later.', 5),
      gone: () => new Failure('malformed', 'The client disconnected before this was done.'),
    },
  );
}

/**
 * Runs a change of a whole tree in its turn: two changes of one resource, or of a resource and something below it, run
 * one after the other. Each then sees the full result of the other.
 * @throws Failure `conflict` if another change has put something else at the source while this one waited; and as
 *   `change` and `PathTurns.take`
 */
export async function inTurn(
  request: DavRequest,
  context: Pick<DavContext, 'turns' | 'treeSlots' | 'principal'>,
  change: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { treeSlots: slots, principal } = context;
  const work = (): Promise<HttpResponse> => taken(request, context, change);
  // Before it takes its turn, so that nobody waits for a change that waits for a slot.
  return (await isLarge(request)) ? slots.run(principal, request.signal, work) : work();
}

/** Whether this may go through a tree member by member. Within one storage, MOVE is a rename. */
async function isLarge({ method, storage, path, destination, headers }: DavRequest): Promise<boolean> {
  if (method === 'MOVE' && storage === destination?.storage) return false;
  if (method === 'COPY' && headers.depth?.trim() === '0') return false;
  const stat = await storage.stat(path).catch((error: unknown) => {
    // The method itself reports it.
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
      throw new Failure(
        'conflict',
        'Another request has just put something else here. Look at it before you try again.',
      );
    }
    changed = true;
    return await change();
  } catch (error) {
    // A refused change has changed nothing; an interrupted one may have.
    if (isFailure(error) && error.kind !== 'internal') changed = false;
    throw error;
  } finally {
    await turn.end(changed);
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
      // Users who may only read must not block others: the answer reports what has disappeared in the meantime as
      // failed.
      return { writes: target, sees: own };
    default:
      return { writes: own };
  }
}

/** Links, and shares on one folder, give a resource more than one path. */
async function pathsOf(place: Place): Promise<string[]> {
  const real = await place.storage.realNames(place.path).catch((error: unknown) => {
    // If nothing can exist there, nothing can change there.
    if (isFailure(error)) return [];
    throw error;
  });
  return [keyOf(place), ...real.map((name) => `real:${name}`)];
}

/** Whether the request's resource has been replaced as a whole. If it is gone, the method itself reports that. */
async function isReplaced(request: DavRequest, written: readonly string[]): Promise<boolean> {
  const key = keyOf(request);
  if (!written.some((path) => isSameOrBelow(path, key))) return false;
  return (await request.storage.stat(request.path)) !== undefined;
}

/** Await this before {@link enterTree}, unless it is undefined. */
export function settledTree(place: Place, { turns }: { readonly turns: Turns }): Promise<void> | undefined {
  return turns.settled?.(keyOf(place));
}

/** Registers a small change of one resource, so that no tree that contains it is moved or removed meanwhile. */
export function enterTree(place: Place, { turns }: { readonly turns: Turns }): () => void {
  return turns.enter(keyOf(place));
}
