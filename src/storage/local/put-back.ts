import { lstatSync, readdirSync, renameSync } from 'node:fs';
import type { Held, Reach } from './held.js';
import { named } from './named.js';
import type { Origin } from './origin.js';
import { below } from './place.js';

/** Something set aside in a staging folder, and its original location. */
interface Stranded {
  /** The folder that contains the staging folder. */
  readonly base: Held;
  readonly folder: Held;
  readonly aside: string;
  readonly origin: Origin;
}

/**
 * Puts back what a process set aside before it ended. If the successor arrived member by member, puts back only the
 * members without a successor. Follows no links.
 * @returns whether nothing is left to do
 */
export function putBack(reach: Reach, { base, folder, aside, origin }: Stranded): boolean {
  const { names, arrival } = origin;
  const last = names.at(-1) ?? '';
  using parent = walk(reach, base, names.slice(0, -1));
  // The original location is gone: leave it here for the administrator to find.
  if (!parent) return false;
  if (lstatSync(`${parent.path}/${last}`, { throwIfNoEntry: false })) {
    if (arrival === 'by member') mergeBack(reach, { folder, aside }, { folder: parent, name: last });
    return true;
  }
  try {
    if (!parent.isInPlace()) return false;
    renameSync(`${folder.path}/${aside}`, `${parent.path}/${last}`);
    return true;
  } catch {
    return false;
  }
}

/** Puts back the members without a successor; the others stay aside. */
function mergeBack(
  reach: Reach,
  old: { folder: Held; aside: string },
  successor: { folder: Held; name: string },
): void {
  const waiting: (readonly string[])[] = [[]];
  for (let names = waiting.pop(); names; names = waiting.pop()) {
    using from = walk(reach, old.folder, [old.aside, ...names]);
    using to = walk(reach, successor.folder, [successor.name, ...names]);
    if (!from || !to) continue;
    for (const bytes of readdirSync(from.path, 'buffer')) {
      const name = bytes.toString();
      const target = named(to, bytes);
      if (!lstatSync(target, { throwIfNoEntry: false })) renameSync(named(from, bytes), target);
      else if (Buffer.from(name).equals(bytes)) waiting.push([...names, name]);
    }
  }
}

/** The folder that the names lead to without any link; undefined if there is none. The caller closes it. */
function walk(reach: Reach, base: Held, names: readonly string[]): Held | undefined {
  let folder = reach.hold(base.path, 'followed');
  for (const name of names) {
    if (!folder) return undefined;
    using parent = folder;
    folder = reach.hold(`${parent.path}/${name}`, 'held');
    if (folder?.real === below(parent.real, name) && folder.stats().isDirectory()) continue;
    folder?.close();
    folder = undefined;
  }
  return folder;
}
