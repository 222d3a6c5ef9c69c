import type { ServerPath } from '../../http/target.js';
import type { Lock, LockStore } from './lock-store.js';

const none: readonly Lock[] = [];

/** Locks that were read once, to be asked about many paths. */
export class LockIndex {
  readonly #byRoot = new Map<string, Lock[]>();

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
    const found: Lock[] = [...(this.#byRoot.get(path) ?? none)];
    for (let above = parentOf(path); above !== undefined; above = parentOf(above)) {
      const locks = this.#byRoot.get(above);
      if (locks) found.push(...locks.filter(({ depth }) => depth === 'infinity'));
    }
    return found;
  }
}

/** The locks on `path` and, with `members`, on what lies below it. */
export async function readLocks(store: LockStore, path: ServerPath, members: boolean): Promise<LockIndex> {
  const here = await store.covering(path);
  return new LockIndex(members ? [...here, ...(await store.below(path))] : here);
}

function parentOf(path: string): string | undefined {
  return path === '/' ? undefined : path.slice(0, path.lastIndexOf('/')) || '/';
}
