import { isFailure, statusOf, toFailure, type Failure } from '../failure.js';
import { child, type SharePath } from '../http/target.js';
import type { ResourceStat } from '../storage/storage.js';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Place } from './context.js';
import { at, hrefAt } from './place.js';
import { memberStatus } from './xml/multistatus.js';

/** Members done between two turns of the event loop: local disks answer without one. */
const breath = 128;

/** A member of a tree that could not be done, the rest notwithstanding. */
export interface MemberFailure {
  readonly place: Place;
  readonly stat: ResourceStat;
  readonly failure: Failure;
}

/**
 * Removes a resource and everything below it, as far as it can be.
 * @returns what is still there because it could not be removed itself; empty when all is gone
 */
export async function removeTree(place: Place, stat: ResourceStat): Promise<MemberFailure[]> {
  const failure = await removeOne(place);
  if (!failure) return [];
  if (stat.kind === 'file' || failure.kind !== 'conflict') return [{ place, stat, failure }];
  const failures: MemberFailure[] = [];
  let done = 0;
  // All names are read first: listing a folder while it shrinks can miss members.
  for (const [path, member] of await members(place)) {
    if ((done += 1) % breath === 0) await setImmediate();
    failures.push(...(await removeTree(at(place, path), member)));
  }
  if (failures.length > 0) return failures;
  const last = await removeOne(place);
  return last ? [{ place, stat, failure: last }] : [];
}

/** Removes a file, an empty collection, or a link to one that is not empty: what that leads to stays. */
async function removeOne(place: Place): Promise<Failure | undefined> {
  try {
    await place.storage.remove(place.path);
  } catch (error) {
    if (!isFailure(error, 'not-found')) return toFailure(error);
  }
  return undefined;
}

/**
 * Copies a resource to a place where nothing is, or a file over a file.
 * @param depth `0` copies a collection without its members
 * @returns the sources that could not be copied; what lies below such a collection is left out
 */
export async function copyTree(
  from: Place,
  to: Place,
  stat: ResourceStat,
  depth: '0' | 'infinity',
): Promise<MemberFailure[]> {
  try {
    if (stat.kind === 'file') await copyFile(from, to);
    else await to.storage.makeCollection(to.path);
  } catch (error) {
    return [{ place: from, stat, failure: toFailure(error) }];
  }
  if (stat.kind === 'file' || depth === '0') return [];
  const failures: MemberFailure[] = [];
  let done = 0;
  for (const [path, member] of await members(from)) {
    const target = child(to.path, path.slice(path.lastIndexOf('/') + 1));
    if (target === undefined) continue;
    if ((done += 1) % breath === 0) await setImmediate();
    failures.push(...(await copyTree(at(from, path), at(to, target), member, depth)));
  }
  return failures;
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

async function members(place: Place): Promise<[SharePath, ResourceStat][]> {
  const found: [SharePath, ResourceStat][] = [];
  for await (const batch of place.storage.list(place.path)) {
    for (const { name, stat } of batch) {
      const path = child(place.path, name);
      if (path !== undefined) found.push([path, stat]);
    }
  }
  return found;
}

/** The response elements of a 207 for members that failed. */
export function memberResponses(failures: readonly MemberFailure[]): string[] {
  return failures.map(({ place, stat, failure }) =>
    memberStatus(hrefAt(place, stat), statusOf(failure.kind), failure.condition, failure.hrefs),
  );
}
