import type { NamedGrant } from './declaration.js';
import { placeOf } from './problems.js';
import type { AccessInput, WriteInput } from './kinds/access.js';

/** The permissions and groups that a share names, each with its place in the file. */
export function grantsOf(share: AccessInput, index: number): NamedGrant[] {
  const at = ['shares', index];
  return [
    ...namedIn(share.require, [...at, 'require']),
    ...namedIn(share.write, [...at, 'write']),
    ...(share.rules ?? []).flatMap((rule, number) => [
      ...namedIn(rule.require, [...at, 'rules', number, 'require']),
      ...namedIn(rule.write, [...at, 'rules', number, 'write']),
    ]),
  ];
}

function namedIn(requirement: WriteInput | undefined, at: readonly PropertyKey[]): NamedGrant[] {
  if (requirement === undefined || requirement === false) return [];
  const { permission, groups } = requirement;
  const named = (kind: NamedGrant['kind'], name: string, ...key: readonly PropertyKey[]): NamedGrant => ({
    kind,
    name,
    place: placeOf([...at, ...key]),
  });
  return [
    ...(typeof permission === 'string' ? [named('permission', permission, 'permission')] : []),
    ...(groups ?? []).map((name, number) => named('group', name, 'groups', number)),
  ];
}
