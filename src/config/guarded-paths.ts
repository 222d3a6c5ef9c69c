import { Policy, type Rule } from '../access/policy.js';
import { isSameOrBelow, join, within, type ServerPath, type SharePath } from '../http/target.js';
import type { CommonShare } from './kinds/share.js';

/**
 * The shares with the rules of the guards that lie inside them: what is inside a guard's path is the guard's to decide,
 * also where a request for the share around it would list, copy or remove it.
 */
export function withGuards<S extends CommonShare>(shares: readonly S[]): S[] {
  const guards = shares
    .filter(({ servedElsewhere }) => servedElsewhere)
    .sort((one, other) => one.path.length - other.path.length);
  return shares.map((share) => {
    const inside = guards.filter(({ path }) => path !== share.path && isSameOrBelow(share.path, path));
    return inside.length === 0 ? share : { ...share, policy: policyWith(share, inside) };
  });
}

/** @param guards the outer ones first */
function policyWith({ path, policy }: CommonShare, guards: readonly CommonShare[]): Policy {
  let rules = policy.rules;
  for (const guard of guards) {
    const place = inside(path, guard.path);
    const others: readonly Rule[] = rules.filter((rule) => !isSameOrBelow(place, rule.path));
    const own = guard.policy.rules.map((rule) => ({
      ...rule,
      path: inside(path, join(guard.path, rule.path)),
    }));
    rules = [...others, ...own];
  }
  return new Policy(rules, policy.fold);
}

function inside(share: ServerPath, path: ServerPath): SharePath {
  const place = within(share, path);
  if (place === undefined) throw new RangeError('A guard inside a share lies below its path.');
  return place;
}
