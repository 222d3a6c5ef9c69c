import { Breath } from '../../async/breath.js';
import { Failure, statusOf } from '../../failure.js';
import { isSameOrBelow, parentOf, within, type ServerPath } from '../../http/target.js';
import type { DavContext, DavRequest, Place } from '../context.js';
import { at, hrefAt, hrefOfKey, keyOf } from '../place.js';
import { memberStatus } from '../xml/multistatus.js';
import { readLocks } from './lock-index.js';
import { toldConflicts, type Lock } from './lock-store.js';

/** What a change touches: the resource only, or also the collection that it enters or leaves. */
type Reach = 'resource' | 'membership';

/**
 * Refuses to change a locked resource unless a holder of the lock sends the request and submits its token (RFC 4918
 * sections 7.4 and 7.5).
 * @throws Failure `locked` with `lock-token-submitted`
 */
export async function requireTokens(
  request: DavRequest,
  context: DavContext,
  place: Place,
  reach: Reach,
): Promise<void> {
  const submitted = request.conditions.tokens;
  const places = [
    place,
    ...(reach === 'membership' && place.path !== '/' ? [at(place, parentOf(place.path))] : []),
  ];
  for (const { base, path } of places) {
    const key = keyOf({ base, path });
    const locks = await context.locks.covering(key);
    if (mayChange(locks, submitted, context.principal)) continue;
    const stat = await place.storage.stat(path);
    const roots = new Set(
      locks.map(({ root }) => hrefOfKey(place, root, root !== key || stat?.kind === 'collection')),
    );
    throw new Failure(
      'locked',
      'This is locked. Only the user who holds the lock can change it, by sending its token.',
      {
        condition: 'lock-token-submitted',
        hrefs: [...roots],
      },
    );
  }
}

/**
 * The members below `place` that are locked against this request. Changes that remove a whole tree check this first,
 * so that they are refused as a whole.
 * @returns response elements for a 207; empty if nothing in the tree is locked
 */
async function lockedMembers(request: DavRequest, context: DavContext, place: Place): Promise<string[]> {
  const key = keyOf(place);
  const below = await context.locks.below(key);
  if (below.length === 0) return [];
  const submitted = request.conditions.tokens;
  const covering = await readLocks(context.locks, key, 'infinity');
  const roots = new Set(below.map(({ root }) => root));
  const locked = [...roots].filter((root) => !mayChange(covering(root), submitted, context.principal));
  const hrefs = await memberHrefs(place, locked.slice(0, toldConflicts), context.principal);
  return hrefs.map((href) => memberStatus(href, statusOf('locked'), 'lock-token-submitted', [href]));
}

/**
 * Both checks, for a resource that enters or leaves `place` with everything below it.
 * @returns as {@link lockedMembers}
 * @throws Failure as {@link requireTokens}
 */
export async function requireUnlocked(
  request: DavRequest,
  context: DavContext,
  place: Place,
): Promise<string[]> {
  await requireTokens(request, context, place, 'membership');
  return lockedMembers(request, context, place);
}

/** The hrefs of locked resources; pauses so that others get their turns. */
export async function memberHrefs(
  place: Place,
  roots: readonly ServerPath[],
  owner?: string,
): Promise<string[]> {
  const hrefs: string[] = [];
  const breath = new Breath(owner);
  for (const root of roots) {
    await breath.pause();
    hrefs.push(await memberHref(place, root));
  }
  return hrefs;
}

/** The href of `root`; only resources in the share of `place` are looked at. */
async function memberHref(place: Place, root: ServerPath): Promise<string> {
  const path = within(place.base, root);
  const stat = path === undefined ? undefined : await place.storage.stat(path);
  return stat && path !== undefined ? hrefAt(at(place, path), stat) : hrefOfKey(place, root, false);
}

/** If there are several locks on one resource, they are shared, and each of them lets its holder change it. */
function mayChange(locks: readonly Lock[], submitted: ReadonlySet<string>, principal: string): boolean {
  return (
    locks.length === 0 || locks.some((lock) => submitted.has(lock.token) && lock.principal === principal)
  );
}

/** Drops the locks below `place` whose resources no longer exist, after a change that was only partly done. */
export async function dropOrphans(context: DavContext, place: Place): Promise<void> {
  const breath = new Breath(context.principal);
  for (const { token, root } of await context.locks.below(keyOf(place))) {
    await breath.pause();
    const path = isSameOrBelow(place.base, root) ? within(place.base, root) : undefined;
    if (path !== undefined && !(await place.storage.stat(path))) await context.locks.remove(token);
  }
}
