import type { RequestLimits, RequestsUnderWay } from '../requests-under-way.js';
import { known, type Middleware, type RequestContext } from '../state.js';
import { whenGone } from '../when-gone.js';

/**
 * Has a known user's request wait until it may begin. Those of strangers are over at once, and wait for nobody.
 * @throws Failure `unavailable` with Retry-After
 */
export function limitRequests(underWay: RequestsUnderWay, limits: RequestLimits): Middleware {
  const wait = async (context: RequestContext, next: () => Promise<unknown>): Promise<void> => {
    const { req, res, state } = context;
    const user = known(state.identity).username;
    const giveBack = await underWay.wait(user, limits, req.socket, whenGone(res));
    if (res.destroyed) {
      giveBack();
      return;
    }
    state.giveBack = giveBack;
    res.once('close', giveBack);
    await next();
  };
  return (context, next) => {
    const { req, res, state } = context;
    if (!state.identity) return next();
    const giveBack = underWay.take(state.identity.username, limits, req.socket);
    if (!giveBack) return wait(context, next);
    state.giveBack = giveBack;
    res.once('close', giveBack);
    return next();
  };
}
