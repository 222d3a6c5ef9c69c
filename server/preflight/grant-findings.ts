import { nearestName } from '../../src/access/nearest-name.js';
import type { Readers } from '../../src/access/requirement.js';
import type { Declaration, NamedGrant } from '../../src/config/declaration.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import { finding, placeOf, type Finding } from '../../src/config/problems.js';
import type { GrantedNames } from '../../src/django/granted-names.js';
import { kinds } from '../shares/kinds.js';
import type { ShareKind } from '../shares/share.js';

/** Permissions and groups of Django that the files of shares name, with line numbers. Skips unreadable files. */
export function grantsInFiles(shares: readonly DeclaredShare[]): readonly NamedGrant[] {
  return shares.flatMap((share, index) => {
    const kind: ShareKind = kinds[share.kind];
    return kind.grants?.({ share, index }) ?? [];
  });
}

/** Permissions in files that are looked up in the tables: the site's own code is not asked about them. */
export function unaskedFindings(shares: readonly DeclaredShare[]): Finding[] {
  return grantsInFiles(shares)
    .filter(({ kind }) => kind === 'permission')
    .map(({ name, place }) =>
      finding(
        'refusal',
        place,
        `the permission ${name} would be looked up in Django\u2019s tables, not asked of the site ("permissions": "site"): name a group`,
      ),
    );
}

/** The grants that one share names, including those in its path rules. */
export function grantsOfShare(
  { shares, grants }: Pick<Declaration, 'shares' | 'grants'>,
  share: DeclaredShare,
): NamedGrant[] {
  const index = shares.indexOf(share);
  const own = (grant: NamedGrant): boolean => grant.place.startsWith(`shares[${index}].`);
  return [...grants, ...grantsInFiles(shares)].filter(own);
}

function isKnown({ kind, name }: NamedGrant, names: GrantedNames): boolean {
  return (kind === 'permission' ? names.permissions : names.groups).has(name);
}

/** The permissions and groups that the site does not have, each with the most similar name that it has. */
export function nameFindings(grants: readonly NamedGrant[], names: GrantedNames): Finding[] {
  return grants
    .filter((grant) => !isKnown(grant, names))
    .map((grant) => finding('warning', grant.place, unknownInWords(grant, names)));
}

/** Says that a permission or group does not exist: a sentence without the full stop. */
function unknownInWords({ kind, name }: Pick<NamedGrant, 'kind' | 'name'>, names: GrantedNames): string {
  const near = nearestName(name, kind === 'permission' ? names.permissions : names.groups);
  const effect = kind === 'permission' ? ', so only superusers have it' : ', so nobody is in it';
  const hint =
    near === undefined
      ? `correct the name, or create the ${kind} in the site`
      : `the nearest name is ${near}`;
  return `the site\u2019s database has no ${kind} ${name}${effect}: ${hint}`;
}

/** Shares in which no user may read anything, because they require something that does not exist. */
export function unreachableFindings(
  shares: readonly DeclaredShare[],
  names: GrantedNames,
  population: { readonly superusers: number },
): Finding[] {
  return shares.flatMap(({ path, policy }, index) => {
    const reasons = policy.rules.map(({ read }) => impossible(read, names, population.superusers));
    const [reason] = reasons;
    if (reason === undefined || reasons.includes(undefined)) return [];
    return [finding('warning', placeOf(['shares', index]), `no user has access to ${path}: ${reason}`)];
  });
}

function impossible(readers: Readers, names: GrantedNames, superusers: number): string | undefined {
  if (readers === 'everybody') return undefined;
  const { superuser, permission, groups } = readers;
  if (groups?.every((name) => !names.groups.has(name)) === true) {
    return `there is no group ${groups.join(' or ')}`;
  }
  if (superusers > 0) return undefined;
  if (permission !== undefined && !names.permissions.has(permission)) {
    return `there is no permission ${permission}, and no active superuser, who would not need it`;
  }
  return superuser ? 'there is no active superuser' : undefined;
}
