import { hasPermission, type Identity } from './identity.js';

/**
 * What a user must be; all set conditions must hold. `staff`, `superuser` and `permission` mean what
 * DjangoRequireStaffStatus, DjangoRequireSuperuserStatus and DjangoPermissionName meant to Django's mod_python
 * handler; `groups` (at least one of them) is mod_wsgi's `Require wsgi-group`.
 */
export interface Requirement {
  readonly staff: boolean;
  readonly superuser: boolean;
  /** `app_label.codename` */
  readonly permission?: string;
  readonly groups?: readonly string[];
}

/** Who may read: those who meet a requirement, or everybody, without signing in. */
export type Readers = Requirement | 'everybody';

/** The handler's own defaults: staff only. */
export const defaultRequirement: Requirement = { staff: true, superuser: false };

/** One condition of a requirement, in words, and whether the user meets it. */
export interface Condition {
  readonly words: string;
  readonly holds: boolean;
  readonly permission?: string;
  /** The groups of which it requires one, if any. */
  readonly groups?: readonly string[];
}

/** Each condition of `requirement`, and whether it holds for `identity`. */
export function conditions(requirement: Requirement, identity: Identity): Condition[] {
  return parts(requirement).map((part) => ({ ...part, holds: part.holds(identity) }));
}

export function meets(requirement: Requirement, identity: Identity): boolean {
  if (requirement.staff && !identity.isStaff) return false;
  if (requirement.superuser && !identity.isSuperuser) return false;
  if (requirement.permission !== undefined && !hasPermission(identity, requirement.permission)) return false;
  return requirement.groups === undefined || requirement.groups.some((group) => identity.groups.has(group));
}

/** The requirement in words, such as "active users who are staff and have docs.view_document". */
export function inWords(requirement: Requirement): string {
  const conditions = parts(requirement).map(({ words }) => words);
  return conditions.length === 0 ? 'any active user' : `active users who ${conditions.join(' and ')}`;
}

/** As {@link inWords}, of those who may read. */
export function readersInWords(readers: Readers): string {
  return readers === 'everybody' ? 'everybody, without signing in' : inWords(readers);
}

interface Part extends Omit<Condition, 'holds'> {
  readonly holds: (identity: Identity) => boolean;
}

function parts({ staff, superuser, permission, groups }: Requirement): Part[] {
  const all: Part[] = [];
  if (staff) all.push({ words: 'are staff', holds: ({ isStaff }) => isStaff });
  if (superuser) all.push({ words: 'are superusers', holds: ({ isSuperuser }) => isSuperuser });
  if (permission !== undefined) {
    const words = `have the permission ${permission}`;
    all.push({ words, holds: (identity) => hasPermission(identity, permission), permission });
  }
  if (groups !== undefined) {
    const words = `are in ${groups.length === 1 ? 'the group' : 'one of the groups'} ${groups.join(', ')}`;
    all.push({ words, holds: (identity) => groups.some((group) => identity.groups.has(group)), groups });
  }
  return all;
}
