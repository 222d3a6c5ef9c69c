import { anonymous } from '../../src/access/identity.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import type { Method } from '../../src/http/method.js';
import { isSameOrBelow, shareRoot, type ServerPath } from '../../src/http/target.js';
import { kinds } from './kinds.js';
import { holderOf, isAboveShares } from './share-map.js';

/** What may be a reading. Whether it is one in a share, the share's kind says. */
const reading: ReadonlySet<Method> = new Set<Method>(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

/**
 * Whether a request is answered whoever asks: it reads where everybody may, or it reads the list of shares and some of them
 * are open to everybody. A share that is not looks like one that is not there.
 */
export function isOpenToEverybody(
  method: Method,
  path: ServerPath,
  shares: readonly DeclaredShare[],
): boolean {
  if (!reading.has(method)) return false;
  if (isAboveShares(shares, path)) return isAboveOpenShare(path, shares);
  const held = holderOf(shares, path);
  if (!held) return false;
  const { share, inside } = held;
  return kinds[share.kind]
    .requires({ method, path })
    .every(({ action, scope }) => share.policy.decide(anonymous, action, inside, scope).allowed);
}

function isAboveOpenShare(above: ServerPath, shares: readonly DeclaredShare[]): boolean {
  return shares.some(
    ({ path, policy }) => isSameOrBelow(above, path) && policy.decide(anonymous, 'read', shareRoot).allowed,
  );
}
