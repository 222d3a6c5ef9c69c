import { spelled, type Spelling } from '../../http/spelling.js';
import { hrefOf, type ServerPath } from '../../http/target.js';
import { escapeText } from '../../xml/escape.js';
import type { Lock } from './lock-store.js';

/** Who asks about locks, and the clock. */
export interface LockViewer {
  /** The user's name; undefined of somebody who has not signed in, to whom no lock belongs. */
  readonly principal: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly spelling?: Spelling | undefined;
}

/** The kinds of locks that this server grants (RFC 4918 section 15.10). */
export const supportedLock =
  '<D:supportedlock>' +
  ['exclusive', 'shared']
    .map(
      (scope) =>
        `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`,
    )
    .join('') +
  '</D:supportedlock>';

/**
 * The locks on a resource (RFC 4918 section 15.8). Everyone who may read the resource sees that it is locked, by whom
 * and for how long; only the lock's own principal sees the token (docs/decisions/0008-locks.md).
 * @param collection whether the resource is one
 */
export function lockDiscovery(
  locks: readonly Lock[],
  path: ServerPath,
  collection: boolean,
  viewer: LockViewer,
): string {
  if (locks.length === 0) return '<D:lockdiscovery/>';
  // A lock rooted elsewhere is rooted above, so its root is a collection.
  const active = locks.map((lock) => activeLock(lock, lock.root !== path || collection, viewer));
  return `<D:lockdiscovery>${active.join('')}</D:lockdiscovery>`;
}

function activeLock(lock: Lock, collection: boolean, { principal, now, spelling }: LockViewer): string {
  const root = hrefOf(spelled(lock.root, spelling), collection);
  const seconds = Math.max(0, Math.ceil((lock.expires - now()) / 1000));
  const token =
    lock.principal === principal
      ? `<D:locktoken><D:href>${escapeText(lock.token)}</D:href></D:locktoken>`
      : '';
  return (
    `<D:activelock><D:lockscope><D:${lock.scope}/></D:lockscope><D:locktype><D:write/></D:locktype>` +
    `<D:depth>${lock.depth}</D:depth>${lock.owner}<D:timeout>Second-${seconds}</D:timeout>${token}` +
    `<D:lockroot><D:href>${escapeText(root)}</D:href></D:lockroot></D:activelock>`
  );
}
