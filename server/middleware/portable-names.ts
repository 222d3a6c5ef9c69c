import { requirePortableNames } from '../shares.js';
import { known, type Middleware } from '../state.js';

/**
 * Refuses a path with names in it that no file of its share can have.
 * @throws Failure `malformed`
 */
export function portableNames(): Middleware {
  return ({ state }, next) => {
    requirePortableNames(known(state.target).path, state.located);
    return next();
  };
}
