import { signInQuery } from '../pages/layout.js';
import type { Asking } from '../shares/incoming-request.js';
import { isOpenToEverybody } from '../shares/public-reading.js';
import type { ShareMap } from '../shares/share-map.js';

/**
 * Whether a request may be answered to somebody who says nothing of who they are. It is told before a share is looked into;
 * what macOS names otherwise than it is stored is governed by the same rule, which compares in NFC.
 */
export function needsNoName({ method, target, headers }: Asking, shares: ShareMap): boolean {
  if (target.query === signInQuery) return false;
  const { path } = shares.named(target.path, headers['user-agent']);
  // There davgate serves nothing, whoever asks.
  return !shares.locateGuard(path) && isOpenToEverybody(method, path, shares.declared);
}
