import type { ServerPath } from '../../http/target.js';
import type { ResourceStat } from '../../storage/storage.js';
import type { DavContext } from '../context.js';
import type { PropertyMap } from '../properties/property-store.js';
import { asksFor, type PropertyQuery } from '../properties/query.js';
import type { Depth } from '../headers/depth.js';
import { readLocks } from './lock-index.js';
import { lockDiscovery, supportedLock, type LockViewer } from './lock-properties.js';
import type { Lock } from './lock-store.js';

export type Locking = Pick<DavContext, 'locks'> & LockViewer;

/** Adds the lock properties that a client may see to a resource's dead properties. */
export type WithLocks = (path: ServerPath, stat: ResourceStat, dead: PropertyMap) => PropertyMap;

const lockdiscovery = '{DAV:}lockdiscovery';
const supportedlock = '{DAV:}supportedlock';

const unlocked: PropertyMap = new Map([
  [lockdiscovery, '<D:lockdiscovery/>'],
  [supportedlock, supportedLock],
]);

/**
 * Reads all locks that a PROPFIND reports in one go, if it asks for them.
 * @param locking undefined if nothing can be locked
 * @param depth how far the PROPFIND goes below `key`
 */
export async function readWithLocks(
  locking: Locking | undefined,
  query: PropertyQuery,
  key: ServerPath,
  depth: Depth,
): Promise<WithLocks> {
  if (!locking) return (_path, _stat, dead) => dead;
  if (!asksFor(query, lockdiscovery)) {
    const supported = asksFor(query, supportedlock);
    return (_path, _stat, dead) => (supported ? new Map(dead).set(supportedlock, supportedLock) : dead);
  }
  const coveringOf = await readLocks(locking.locks, key, depth);
  // Members without locks of their own share one array of the inherited ones, which is rendered once.
  const told = new WeakMap<readonly Lock[], PropertyMap>();
  return (path, stat, dead) => {
    const covering = coveringOf(path);
    if (covering.length === 0 && dead.size === 0) return unlocked;
    let own = told.get(covering);
    if (!own) {
      const discovery = lockDiscovery(covering, path, stat.kind === 'collection', locking);
      own = new Map([
        [lockdiscovery, discovery],
        [supportedlock, supportedLock],
      ]);
      told.set(covering, own);
    }
    return dead.size === 0 ? own : new Map([...dead, ...own]);
  };
}
