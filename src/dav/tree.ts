import { Readable } from 'node:stream';
import { Failure, isFailure, statusOf, toFailure } from '../failure.js';
import { child, nameOf, type SharePath } from '../http/target.js';
import type { ResourceStat } from '../storage/storage.js';
import type { Place } from './context.js';
import { at, hrefAt } from './place.js';
import { holds } from './same-resource.js';
import { TreeWork, type MemberFailure } from './tree-work.js';
import { memberStatus } from './xml/multistatus.js';

export type { MemberFailure } from './tree-work.js';

/** Collections that wait until the listing which holds them is over, so that a deep tree does not keep one open a level. */
const maximumWaiting = 1024;

/**
 * Removes a resource and everything below it, as far as it can be.
 * @param signal ends it early, with a failure
 * @returns what is still there because it could not be removed itself; empty when all is gone
 */
export async function removeTree(
  place: Place,
  stat: ResourceStat,
  signal?: AbortSignal,
): Promise<MemberFailure[]> {
  const work = new TreeWork(signal);
  return work.over(place, stat, () => removeInto(work, place, stat, 'whole'));
}

/** @returns whether it is gone */
async function removeInto(
  work: TreeWork,
  place: Place,
  stat: ResourceStat,
  extent: 'whole' | 'part',
): Promise<boolean> {
  await work.step();
  const failure = await removeOne(place, extent);
  if (!failure) return true;
  if (stat.kind === 'file' || failure.kind !== 'conflict') {
    work.fail(place, stat, failure);
    return false;
  }
  const kept = new Set<SharePath>();
  // Again until a listing finds nothing to remove: a folder that shrinks while it is read can hide members.
  while (await removeMembers(work, place, kept));
  if (kept.size > 0) return false;
  const last = await removeOne(place, extent);
  if (last) work.fail(place, stat, last);
  return !last;
}

/** @returns whether any went */
async function removeMembers(work: TreeWork, place: Place, kept: Set<SharePath>): Promise<boolean> {
  let removed = false;
  try {
    for await (const { path, stat } of members(place)) {
      if (kept.has(path)) continue;
      if (await removeInto(work, at(place, path), stat, 'part')) removed = true;
      else kept.add(path);
    }
  } catch (error) {
    // Somebody else has removed the collection meanwhile.
    if (!isFailure(error, 'not-found')) throw error;
  }
  return removed;
}

/** Removes a file, an empty collection, or a link to one that is not empty: what that leads to stays. */
async function removeOne(place: Place, extent: 'whole' | 'part'): Promise<Failure | undefined> {
  try {
    await place.storage.remove(place.path, { extent });
  } catch (error) {
    if (!isFailure(error, 'not-found')) return toFailure(error);
  }
  return undefined;
}

/**
 * Copies a resource to a place where nothing is, or a file over a file.
 * @param depth `0` copies a collection without its members
 * @param arrived called when the resource itself is there
 * @param signal ends it early, with a failure
 * @returns the sources that could not be copied; what lies below such a collection is left out
 */
export async function copyTree(
  from: Place,
  to: Place,
  stat: ResourceStat,
  depth: '0' | 'infinity',
  arrived: () => void,
  signal?: AbortSignal,
): Promise<MemberFailure[]> {
  const work = new TreeWork(signal);
  return work.over(from, stat, () => copyInto(work, from, to, stat, depth, arrived));
}

async function copyInto(
  work: TreeWork,
  from: Place,
  to: Place,
  stat: ResourceStat,
  depth: '0' | 'infinity',
  arrived?: () => void,
): Promise<void> {
  await work.step();
  try {
    if (stat.kind === 'file') await copyFile(from, to);
    else await to.storage.makeCollection(to.path);
    arrived?.();
  } catch (error) {
    work.fail(from, stat, toFailure(error));
    return;
  }
  if (stat.kind === 'file' || depth === '0') return;
  for await (const member of members(from)) {
    const path = child(to.path, nameOf(member.path));
    if (path === undefined) continue;
    const [source, target] = [at(from, member.path), at(to, path)];
    // A link to a folder in which the copy grows: it would hold itself, and that again, to the end of all paths.
    if (member.link && member.stat.kind === 'collection' && (await holds(source, target))) {
      const failure = new Failure('forbidden', 'The copy lies inside what this link leads to.');
      work.fail(source, member.stat, failure);
    } else await copyInto(work, source, target, member.stat, depth);
  }
}

async function copyFile(from: Place, to: Place): Promise<void> {
  if (from.storage === to.storage) {
    await from.storage.copyFile(from.path, to.path);
    return;
  }
  const source = await from.storage.open(from.path);
  const bytes = source.read();
  try {
    await to.storage.write(to.path, bytes instanceof Readable ? bytes : Readable.from([bytes]), {
      length: source.stat.size,
    });
  } finally {
    if (bytes instanceof Readable) bytes.destroy();
    source.close();
  }
}

interface Member {
  readonly path: SharePath;
  readonly stat: ResourceStat;
  readonly link: boolean;
}

/** The members of a collection, the files among them first, and never all of a large one at once. */
async function* members(place: Place): AsyncGenerator<Member> {
  const collections: Member[] = [];
  for await (const batch of place.storage.list(place.path)) {
    for (const { name, stat, link = false } of batch) {
      const path = child(place.path, name);
      if (path === undefined) continue;
      if (stat.kind === 'file') yield { path, stat, link };
      else collections.push({ path, stat, link });
      if (collections.length >= maximumWaiting) yield* collections.splice(0);
    }
  }
  yield* collections;
}

/** The response elements of a 207 for members that failed. */
export function memberResponses(failures: readonly MemberFailure[]): string[] {
  return failures.map(({ place, stat, failure }) =>
    memberStatus(hrefAt(place, stat), statusOf(failure.kind), failure.condition, failure.hrefs),
  );
}
