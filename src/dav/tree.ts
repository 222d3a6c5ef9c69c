import { Readable } from 'node:stream';
import { paced } from '../async/paced.js';
import { Failure, isFailure, statusOf, toFailure } from '../failure.js';
import { child, nameOf, type SharePath, isSameOrBelow } from '../http/target.js';
import type { Unlisted, ResourceStat } from '../storage/storage.js';
import type { Place } from './context.js';
import { at, hrefAt } from './place.js';
import { TreeWork, type Behalf, type MemberFailure } from './tree-work.js';
import { memberStatus } from './xml/multistatus.js';

export type { MemberFailure } from './tree-work.js';

/**
 * The most collections to put off until the current listing has ended, so that a deep tree does not keep one listing
 * open for each level.
 */
const maximumWaiting = 1024;

/**
 * Removes a resource and everything below it, as far as possible.
 * @returns what could not be removed itself; empty if all is gone
 */
export async function removeTree(
  place: Place,
  stat: ResourceStat,
  behalf: Behalf = {},
): Promise<MemberFailure[]> {
  const work = new TreeWork(behalf);
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
  // Repeat until a listing finds nothing to remove: a folder that shrinks while it is being read can hide members.
  while (await removeMembers(work, place, kept));
  if (kept.size > 0) return false;
  const last = await removeOne(place, extent);
  if (last) work.fail(place, stat, last);
  return !last;
}

/** @returns whether any were removed */
async function removeMembers(work: TreeWork, place: Place, kept: Set<SharePath>): Promise<boolean> {
  let removed = false;
  try {
    for await (const { path, stat } of members(work, place)) {
      if (kept.has(path)) continue;
      if (await removeInto(work, at(place, path), stat, 'part')) removed = true;
      else kept.add(path);
    }
  } catch (error) {
    // Somebody else has removed the collection in the meantime.
    if (!isFailure(error, 'not-found')) throw error;
  }
  return removed;
}

/** Removes a file, an empty collection, or a link; the target of a link stays. */
async function removeOne(place: Place, extent: 'whole' | 'part'): Promise<Failure | undefined> {
  try {
    await place.storage.remove(place.path, { extent });
  } catch (error) {
    if (!isFailure(error, 'not-found')) return toFailure(error);
  }
  return undefined;
}

interface Copying extends Behalf {
  /** `0` copies a collection without its members. */
  readonly depth: '0' | 'infinity';
  /** What to do about members that are not listed: report only those that no request can name, or refuse all. */
  readonly unlisted: 'told' | 'refused';
  readonly arrived: () => void;
}

/**
 * Copies a resource to an empty place, or a file over a file.
 * @returns the sources that could not be copied; nothing below such a collection is copied
 */
export async function copyTree(
  from: Place,
  to: Place,
  stat: ResourceStat,
  { depth, unlisted, arrived, ...behalf }: Copying,
): Promise<MemberFailure[]> {
  const work = new TreeWork(behalf);
  return work.over(from, stat, () => copyInto({ work, depth, unlisted }, from, to, stat, arrived));
}

async function copyInto(
  copying: Pick<Copying, 'depth' | 'unlisted'> & { readonly work: TreeWork },
  from: Place,
  to: Place,
  stat: ResourceStat,
  arrived?: () => void,
): Promise<void> {
  const { work, depth, unlisted } = copying;
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
  const left = new Set<Unlisted>();
  for await (const member of copied(work, from, stat, (why) => left.add(why))) {
    const source = at(from, member.path);
    const path = child(to.path, nameOf(member.path));
    if (path === undefined) {
      work.fail(source, member.stat, new Failure('name-too-long', 'The path of the copy would be too long.'));
      continue;
    }
    const target = at(to, path);
    // A link to a folder that contains the copy: the copy would contain itself, again and again.
    if (member.link && member.stat.kind === 'collection' && (await holds(source, target))) {
      const failure = new Failure(
        'forbidden',
        'The copy would lie inside the folder that this link leads to.',
      );
      work.fail(source, member.stat, failure);
    } else await copyInto(copying, source, target, member.stat);
  }
  if (left.has('unnameable')) work.leaveOut(from, stat, new Failure('conflict', unnameable));
  else if (left.size > 0 && unlisted === 'refused')
    work.leaveOut(from, stat, new Failure('conflict', notShown));
}

/** The members of a collection; if somebody else removes or moves it in the meantime, those seen so far. */
async function* copied(
  work: TreeWork,
  from: Place,
  stat: ResourceStat,
  onUnlisted: (why: Unlisted) => void,
): AsyncGenerator<Member> {
  try {
    yield* members(work, from, onUnlisted);
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error;
    work.fail(from, stat, error);
  }
}

const unnameable =
  'Some members were left behind because no client can send their names: the names are not UTF-8, or contain control characters or backslashes. Rename them on the server.';
const notShown =
  'Some members were left behind because this share does not show them. The collection cannot be moved by copying it.';

/** The failure of the resource itself, if nothing of it could be done. */
export function failureOfAll([first]: readonly MemberFailure[], place: Place): Failure | undefined {
  return first?.place.path === place.path && first.incomplete !== true ? first.failure : undefined;
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

/** The members of a collection, in general files first; never holds all members of a large collection at once. */
async function* members(
  work: TreeWork,
  place: Place,
  onUnlisted?: (why: Unlisted) => void,
): AsyncGenerator<Member> {
  const collections: Member[] = [];
  for await (const batch of paced(place.storage.list(place.path, onUnlisted), work.owner)) {
    for (const { name, stat, link = false } of batch) {
      const path = child(place.path, name);
      if (path === undefined) onUnlisted?.('unnameable');
      else if (stat.kind === 'file') yield { path, stat, link };
      else collections.push({ path, stat, link });
      if (collections.length >= maximumWaiting) yield* collections.splice(0);
    }
  }
  yield* collections;
}

export function memberResponses(failures: readonly MemberFailure[]): string[] {
  return failures.map(({ place, stat, failure, incomplete }) =>
    memberStatus(
      hrefAt(place, stat),
      statusOf(failure.kind),
      failure.condition,
      failure.hrefs,
      incomplete && failure.message,
    ),
  );
}

/**
 * Whether one place is the other or contains it, under any path: links, and shares on one folder, give a resource more
 * than one path.
 */
export async function holds(outer: Place, inner: Place): Promise<boolean> {
  const outers = await outer.storage.realNames(outer.path);
  const inners = await inner.storage.realNames(inner.path);
  return outers.some((name) => inners.some((other) => isSameOrBelow(name, other)));
}
