import { nearestName } from '../../src/access/nearest-name.js';
import type { Requirement } from '../../src/access/requirement.js';
import type { Declaration, NamedGrant } from '../../src/config/declaration.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import { placeOf } from '../../src/config/problems.js';
import type { GrantedNames } from '../../src/django/granted-names.js';
import { kinds } from '../shares/kinds.js';
import type { ShareKind } from '../shares/share.js';
import type { Finding } from '../../src/config/finding.js';

/** What the files of shares name of Django's, by their lines. What they cannot be read for is told elsewhere. */
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
    .map(({ name, place }) => ({
      gravity: 'refusal',
      place,
      message: `the permission ${name} would be looked up in Django\u2019s tables, not asked of the site ("permissions": "site"): name a group`,
    }));
}

/** Those of a declaration's grants that one of its shares names, its path rules included. */
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

/** The permissions and groups that the site does not have, and what comes near each. */
export function nameFindings(grants: readonly NamedGrant[], names: GrantedNames): Finding[] {
  return grants
    .filter((grant) => !isKnown(grant, names))
    .map((grant) => ({ gravity: 'warning', place: grant.place, message: unknownInWords(grant, names) }));
}

/** That a permission or group does not exist, as a sentence without its end. */
export function unknownInWords(
  { kind, name }: Pick<NamedGrant, 'kind' | 'name'>,
  names: GrantedNames,
): string {
  const near = nearestName(name, kind === 'permission' ? names.permissions : names.groups);
  const effect = kind === 'permission' ? ', so only superusers have it' : ', so nobody is in it';
  const hint = near === undefined ? 'correct the name, or have the site make it' : `${near} comes near`;
  return `the site\u2019s database has no ${kind} ${name}${effect}: ${hint}`;
}

/** What is known of a site's users as a whole. */
export interface Population {
  readonly superusers: number;
}

/** Shares that no user at all may read, anywhere in them, since they ask for what does not exist. */
export function unreachableFindings(
  shares: readonly DeclaredShare[],
  names: GrantedNames,
  population: Population,
): Finding[] {
  return shares.flatMap(({ path, policy }, index): Finding[] => {
    const reasons = policy.rules.map(({ read }) => impossible(read, names, population));
    const [reason] = reasons;
    if (reason === undefined || reasons.includes(undefined)) return [];
    return [
      {
        gravity: 'warning',
        place: placeOf(['shares', index]),
        message: `nobody at all may reach ${path}: ${reason}`,
      },
    ];
  });
}

function impossible(
  { superuser, permission, groups }: Requirement,
  names: GrantedNames,
  { superusers }: Population,
): string | undefined {
  if (groups?.every((name) => !names.groups.has(name)) === true) {
    return `there is no group ${groups.join(' or ')}`;
  }
  if (superusers > 0) return undefined;
  if (permission !== undefined && !names.permissions.has(permission)) {
    return `there is no permission ${permission}, and no active superuser, who would have it all the same`;
  }
  return superuser ? 'there is no active superuser' : undefined;
}
