import type { ServerPath } from '../../http/target.js';
import type { Depth } from '../headers/depth.js';
import type { Lock, LockStore } from './lock-store.js';

const none: readonly Lock[] = [];

/** Locks read once, for looking up many paths. */
class LockIndex {
  readonly #byRoot = new Map<string, Lock[]>();
  #last: { readonly parent: string; readonly locks: readonly Lock[] } | undefined;

  constructor(locks: readonly Lock[]) {
    for (const lock of locks) {
      const others = this.#byRoot.get(lock.root);
      if (others) others.push(lock);
      else this.#byRoot.set(lock.root, [lock]);
    }
  }

  /** The locks whose scope includes `path`: rooted there, or with depth infinity above it. */
  covering(path: ServerPath): readonly Lock[] {
    if (this.#byRoot.size === 0) return none;
    const own = this.#byRoot.get(path);
    const inherited = this.#inheritedFrom(parentOf(path));
    return own ? [...own, ...inherited] : inherited;
  }

  /** Returns the same array for all members of one collection, as long as they are looked up one after another. */
  #inheritedFrom(parent: string | undefined): readonly Lock[] {
    if (parent === undefined) return none;
    if (this.#last?.parent === parent) return this.#last.locks;
    const locks: Lock[] = [];
    for (let above: string | undefined = parent; above !== undefined; above = parentOf(above)) {
      for (const lock of this.#byRoot.get(above) ?? none) if (lock.depth === 'infinity') locks.push(lock);
    }
    this.#last = { parent, locks };
    return locks;
  }
}

/** The locks on `path` and, depending on `depth`, on its direct members or on everything below it. */
export async function readLocks(store: LockStore, path: ServerPath, depth: Depth): Promise<LockIndex> {
  const here = await store.covering(path);
  return new LockIndex(depth === '0' ? here : here.concat(await store.below(path, depth)));
}

function parentOf(path: string): string | undefined {
  return path === '/' ? undefined : path.slice(0, path.lastIndexOf('/')) || '/';
}
