import type { NamedGrant } from './declaration.js';
import { placeOf } from './problems.js';
import type { AccessInput, RequirementInput } from './kinds/access.js';

/** The permissions and groups that a share names, each with its place in the file. */
export function grantsOf(share: AccessInput, index: number): NamedGrant[] {
  const at = ['shares', index];
  return [
    ...namedIn(share.require, [...at, 'require']),
    ...namedIn(share.write, [...at, 'write']),
    ...inRules(share.rules ?? [], [...at, 'rules']),
  ];
}

interface RuleInput {
  readonly require?: RequirementInput | undefined;
  readonly write?: RequirementInput | false | undefined;
}

function inRules(rules: readonly RuleInput[], at: readonly PropertyKey[]): NamedGrant[] {
  return rules.flatMap((rule, number) => [
    ...namedIn(rule.require, [...at, number, 'require']),
    ...namedIn(rule.write, [...at, number, 'write']),
  ]);
}

function namedIn(
  requirement: RequirementInput | false | undefined,
  at: readonly PropertyKey[],
): NamedGrant[] {
  if (requirement === undefined || requirement === false) return [];
  const { permission, groups } = requirement;
  return [
    ...(typeof permission === 'string'
      ? [{ kind: 'permission' as const, name: permission, place: placeOf([...at, 'permission']) }]
      : []),
    ...(groups ?? []).map((name, number) => ({
      kind: 'group' as const,
      name,
      place: placeOf([...at, 'groups', number]),
    })),
  ];
}
