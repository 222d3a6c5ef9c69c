import type { IdentifiedRequest } from '../shares/incoming-request.js';
import { throwIfGone } from '../../src/async/when-gone.js';
import type { GiveBack, RequestLimits, RequestsUnderWay } from './request-limits.js';

/**
 * Takes a place among the requests under way, and waits for one if necessary. Requests of strangers end at once and do
 * not wait.
 * @throws Failure `unavailable` with Retry-After; the reason why the client is gone
 */
export function placeAmongRequests(
  { identity, body, whenGone }: IdentifiedRequest,
  underWay: RequestsUnderWay,
  limits: RequestLimits,
): GiveBack | Promise<GiveBack> {
  const { username } = identity;
  const { socket } = body;
  return (
    underWay.take(username, limits, socket) ??
    underWay.wait(username, limits, socket, whenGone).then((giveBack) => {
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
