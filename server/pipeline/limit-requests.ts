import type { IdentifiedRequest } from '../shares/incoming-request.js';
import { throwIfGone } from '../../src/async/when-gone.js';
import type { GiveBack, RequestLimits, RequestsUnderWay } from './requests-under-way.js';

/**
 * A place among the requests under way, for which a request waits where it must. Those of strangers whom nothing is open
 * to are over at once, and wait for nobody.
 * @throws Failure `unavailable` with Retry-After; the reason why the client is gone
 */
export function placeAmongRequests(
  { owner, body, whenGone }: IdentifiedRequest,
  underWay: RequestsUnderWay,
  limits: RequestLimits,
): GiveBack | Promise<GiveBack> {
  const { socket } = body;
  return (
    underWay.take(owner, limits, socket) ??
    underWay.wait(owner, limits, socket, whenGone).then((giveBack) => {
      try {
        throwIfGone(whenGone);
        return giveBack;
      } catch (error) {
        giveBack();
        throw error;
      }
    })
  );
}
