import type { ServerPath } from '../../http/target.js';
import type { Depth } from '../headers/depth.js';
import type { Lock, LockStore } from './lock-store.js';

const none: readonly Lock[] = [];

/** Finds the locks whose scope includes a path: rooted there, or with depth infinity above it. */
type Covering = (path: ServerPath) => readonly Lock[];

/**
 * Reads, once for looking up many paths, the locks on `path` and, depending on `depth`, on its direct members or on
 * everything below it.
 */
export async function readLocks(store: LockStore, path: ServerPath, depth: Depth): Promise<Covering> {
  const here = await store.covering(path);
  const locks = depth === '0' ? here : here.concat(await store.below(path, depth));
  if (locks.length === 0) return () => none;
  const byRoot = new Map<string, Lock[]>();
  for (const lock of locks) byRoot.set(lock.root, [...(byRoot.get(lock.root) ?? []), lock]);
  let last: { readonly parent: string; readonly locks: readonly Lock[] } | undefined;
  /** Returns the same array for all members of one collection, as long as they are looked up one after another. */
  const inheritedFrom = (parent: string | undefined): readonly Lock[] => {
    if (parent === undefined) return none;
    if (last?.parent === parent) return last.locks;
    const inherited: Lock[] = [];
    for (let above: string | undefined = parent; above !== undefined; above = parentOf(above)) {
      for (const lock of byRoot.get(above) ?? none) if (lock.depth === 'infinity') inherited.push(lock);
    }
    last = { parent, locks: inherited };
    return inherited;
  };
  return (covered) => {
    const own = byRoot.get(covered);
    const inherited = inheritedFrom(parentOf(covered));
    return own ? [...own, ...inherited] : inherited;
  };
}

function parentOf(path: string): string | undefined {
  return path === '/' ? undefined : path.slice(0, path.lastIndexOf('/')) || '/';
}
