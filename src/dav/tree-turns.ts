import { Failure, isFailure } from '../failure.js';
import type { HttpResponse } from '../http/message.js';
import { isSameOrBelow } from '../http/target.js';
import type { Claim, PathTurns } from '../storage/path-turns.js';
import type { DavContext, DavRequest, Place } from './context.js';
import { keyOf } from './place.js';

/** How long MOVE, COPY and DELETE wait for each other, and how many. */
export const treeTurnLimits = { patience: 30_000, waiting: 1000 };

/**
 * Does what changes whole trees in its turn: two such changes of one resource, or of one and what lies below it, are
 * made one after the other. Each then finds what the other left, and neither takes a half of it for the whole.
 * @throws Failure `conflict` where another change, while this one waited, has put something else where this one's
 *   source was; as `change` and `PathTurns.take`
 */
export async function inTurn(
  request: DavRequest,
  { turns }: Pick<DavContext, 'turns'>,
  change: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const claim = await claimOf(request);
  if (!claim) return change();
  const turn = await turns.take(claim, request.signal);
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

async function claimOf(request: DavRequest): Promise<Claim | undefined> {
  const { method, destination } = request;
  const own = await pathsOf(request);
  const target = destination ? await pathsOf(destination) : [];
  switch (method) {
    case 'MOVE':
      return { writes: [...own, ...target] };
    case 'COPY':
      return { writes: target, reads: own };
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
