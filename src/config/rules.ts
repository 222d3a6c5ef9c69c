import { Policy, type Rule } from '../access/policy.js';
import { defaultRequirement, type Requirement } from '../access/requirement.js';
import { rootPath, serverPathOf, within, type SharePath } from '../http/target.js';
import type { RequirementInput, WriteInput } from './kinds/access.js';

interface RuleInput {
  readonly path: string;
  readonly require?: RequirementInput | undefined;
  readonly write?: WriteInput | undefined;
}

interface RulesInput {
  readonly require?: RequirementInput | undefined;
  readonly write?: WriteInput | undefined;
  readonly rules?: readonly RuleInput[] | undefined;
}

/**
 * Resolves the rules of a share: a rule's keys override the share's, and `write` overrides both for writing.
 */
export function policyOf({ require, write, rules = [] }: RulesInput): Policy {
  const read = override(defaultRequirement, require);
  return new Policy([
    ruleOf('/', read, write),
    ...rules.map((rule) => ruleOf(rule.path, override(read, rule.require), layered(write, rule.write))),
  ]);
}

/** As {@link policyOf}, for a share in which nobody writes anything. */
export function readPolicyOf({ require, rules }: Omit<RulesInput, 'write'>): Policy {
  return policyOf({ require, write: false, rules });
}

function ruleOf(path: string, read: Requirement, write: WriteInput | undefined): Rule {
  return { path: pathInShare(path), read, write: write === false ? false : override(read, write) };
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

function pathInShare(path: string): SharePath {
  const inside = within(rootPath, serverPathOf(path));
  if (inside === undefined) throw new RangeError('Every path lies below the root.');
  return inside;
}
