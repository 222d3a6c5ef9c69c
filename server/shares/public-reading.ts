import { anonymous } from '../../src/access/identity.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import type { Method } from '../../src/http/method.js';
import { isSameOrBelow, shareRoot, type ServerPath } from '../../src/http/target.js';
import { kinds } from './kinds.js';
import type { Asking } from './incoming-request.js';
import { holderOf, isAboveShares, type ShareMap } from './share-map.js';

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

/** Whether everybody may make a request of another server: it reads where a guard is open to everybody. */
export function isOpenBehindGuard(
  { method, target, headers: { depth } }: Pick<Asking, 'method' | 'target' | 'headers'>,
  shares: Pick<ShareMap, 'locateGuard'>,
): boolean {
  const place = shares.locateGuard(target.path);
  if (!place || !reading.has(method)) return false;
  const { path, inside, share } = place;
  return kinds.guard
    .requires({ method, path, depth })
    .every(({ action, scope }) => share.declared.policy.decide(anonymous, action, inside, scope).allowed);
}

function isAboveOpenShare(above: ServerPath, shares: readonly DeclaredShare[]): boolean {
  return shares.some(
    ({ path, policy, servedElsewhere }) =>
      !servedElsewhere && isSameOrBelow(above, path) && policy.decide(anonymous, 'read', shareRoot).allowed,
  );
}
