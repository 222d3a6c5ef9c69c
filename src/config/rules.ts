import { Policy, type Rule } from '../access/policy.js';
import { defaultRequirement, type Requirement } from '../access/requirement.js';
import {
  pathBelowRoot,
  serverPathOf,
  isSameOrBelow,
  join,
  within,
  type ServerPath,
  type SharePath,
} from '../http/target.js';
import type { AccessInput, RequirementInput, WriteInput } from './kinds/access.js';
import type { CommonShare } from './kinds/share.js';

/**
 * Resolves the rules of a share: a rule's keys override the share's, and `write` overrides both for writing. What
 * everybody may read is still written by those alone who meet `require`. A rule that says who must be what to read does
 * not leave its path public unless it says that too.
 * @param fold as a {@link Policy} takes it
 */
export function policyOf(
  { require, public: isPublic = false, write, rules = [] }: AccessInput,
  fold?: Policy['fold'],
): Policy {
  const required = override(defaultRequirement, require);
  const own = rules.map((rule) =>
    ruleOf(
      rule.path,
      override(required, rule.require),
      rule.public ?? (isPublic && rule.require === undefined),
      layered(write, rule.write),
    ),
  );
  return new Policy([ruleOf('/', required, isPublic, write), ...own], fold);
}

/** As {@link policyOf}, for a share in which nobody writes anything. */
export function readPolicyOf(input: Omit<AccessInput, 'write'>): Policy {
  return policyOf({ ...input, write: false });
}

function ruleOf(path: string, required: Requirement, isPublic: boolean, write: WriteInput | undefined): Rule {
  return {
    path: pathBelowRoot(serverPathOf(path)),
    read: isPublic ? 'everybody' : required,
    write: write === false ? false : override(required, write),
  };
}

/** A rule's `write` over the share's. To open for writing what the share closes, a rule needs a `write` of its own. */
function layered(outer: WriteInput | undefined, inner: WriteInput | undefined): WriteInput | undefined {
  if (inner === undefined) return outer;
  if (inner === false || outer === false || outer === undefined) return inner;
  return { ...outer, ...inner };
}

function override(base: Requirement, input: RequirementInput | undefined): Requirement {
  const permission = input?.permission === undefined ? base.permission : (input.permission ?? undefined);
  const groups = input?.groups === undefined ? base.groups : (input.groups ?? undefined);
  return {
    staff: input?.staff ?? base.staff,
    superuser: input?.superuser ?? base.superuser,
    ...(permission === undefined ? {} : { permission }),
    ...(groups === undefined ? {} : { groups }),
  };
}

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
