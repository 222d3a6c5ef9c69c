import { requiredAccess } from '../../src/access/required-access.js';
import { Failure } from '../../src/failure.js';
import { locate, type MountedShare } from '../shares.js';
import { known, type Middleware } from '../state.js';

/**
 * Checks every right that the request needs, each by the rule of the share its path lies in.
 * @throws Failure `forbidden` with the reason; `not-found` for a path in no share
 */
export function authorize(shares: readonly MountedShare[]): Middleware {
  return async ({ req, state }, next) => {
    const target = known(state.target);
    if (target.path === '/') {
      await next();
      return;
    }
    const identity = known(state.identity);
    const { located, destination } = state;
    if (!located) throw new Failure('not-found', 'There is no share here.');
    for (const { path, action, scope } of requiredAccess(
      located.share.kind,
      req.method ?? '',
      located.path,
      destination?.path,
    )) {
      const place = known(locate(shares, path));
      const decision = place.share.declared.policy.decide(identity, action, place.inside, scope);
      if (!decision.allowed) throw new Failure('forbidden', decision.reason);
    }
    await next();
  };
}
