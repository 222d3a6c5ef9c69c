import type { AskedMembers, Members } from '../../access/memberships.js';
import type { Identity } from '../../access/identity.js';
import { hasPermission } from '../../access/identity.js';
import { openGroups, parseAuthz } from './authz-file.js';

/** What a group of an authz file stands for at the Django site. */
export type DjangoGroup =
  | { readonly kind: 'group' | 'permission'; readonly name: string }
  | { readonly kind: 'staff' | 'superusers' };

/** `perm.app_label.codename`, `is.staff` and `is.superuser` are no groups, even where Django has some of that name. */
export function djangoGroup(name: string): DjangoGroup {
  const permission = /^perm\.([A-Za-z_]\w*\..+)$/.exec(name)?.[1];
  if (permission !== undefined) return { kind: 'permission', name: permission };
  if (name === 'is.staff') return { kind: 'staff' };
  if (name === 'is.superuser') return { kind: 'superusers' };
  return { kind: 'group', name };
}

/** Whether a user is in what a group stands for. */
export function isMember(identity: Identity, group: DjangoGroup): boolean {
  switch (group.kind) {
    case 'group':
      return identity.groups.has(group.name);
    case 'permission':
      return hasPermission(identity, group.name);
    case 'staff':
      return identity.isStaff;
    case 'superusers':
      return identity.isSuperuser;
  }
}

/** What must be known of the Django site for the groups that an authz file leaves open. */
export function askedBy(text: string): AskedMembers {
  const groups = openGroups(parseAuthz(text)).map(djangoGroup);
  const names = (kind: 'group' | 'permission') =>
    groups.flatMap((group) => (group.kind === kind ? [group.name] : []));
  return {
    groups: names('group'),
    permissions: names('permission'),
    staff: groups.some(({ kind }) => kind === 'staff'),
    superusers: groups.some(({ kind }) => kind === 'superusers'),
  };
}

/**
 * Whether an authz file can hold the user name in a group: no comma or control, no space at an end, and at the
 * beginning none of the characters that mean something else there.
 */
export function canBeMember(username: string): boolean {
  return username !== '' && !/[,\p{Cc}]|^\s|\s$|^[@&~$*]/u.test(username);
}

/**
 * Stands in groups that have no members, as svn ignores lines about empty groups, also `~@group`. It is nobody's name:
 * the Basic scheme carries no colon in one.
 */
const nobody = ':nobody';

/** An authz file in which every group has its members, and who had to be left out of them. */
export interface CompleteAuthz {
  readonly text: string;
  /** User names, sorted. They must not come in at all: a group may as well take a right away. */
  readonly excluded: readonly string[];
  /** Groups that neither the file nor Django has. They stay undefined, and svn lets nobody in by such a file. */
  readonly unknown: readonly string[];
}

/** The groups that an authz file names and that neither it nor Django has. @param members what {@link askedBy} asks for */
export function unknownGroups(text: string, members: Members): readonly string[] {
  return openGroups(parseAuthz(text)).filter((name) => isUnknown(djangoGroup(name), members));
}

function isUnknown(group: DjangoGroup, members: Members): boolean {
  return group.kind === 'group' && !members.groups.has(group.name);
}

/**
 * The authz file with the groups that it leaves open, in one text, so that rules and groups always belong together:
 * svn knows no second section of groups, and refuses a file that names a group which is defined nowhere.
 */
export function completeAuthz(text: string, members: Members): CompleteAuthz {
  const excluded = new Set<string>();
  const open = openGroups(parseAuthz(text)).map((name) => ({ name, group: djangoGroup(name) }));
  const known = open.filter(({ group }) => !isUnknown(group, members));
  const lines = known.map(({ name, group }) => {
    const usernames = [...membersOf(group, members)].sort();
    for (const username of usernames) if (!canBeMember(username)) excluded.add(username);
    return `${name} = ${usernames.filter(canBeMember).join(', ') || nobody}`;
  });
  const unknown = open.filter(({ group }) => isUnknown(group, members)).map(({ name }) => name);
  return { text: withGroups(text, lines), excluded: [...excluded].sort(), unknown };
}

function withGroups(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text;
  const block = lines.map((line) => `${line}\n`).join('');
  const header = /^\[groups\].*(?:\r\n|\n|\r|$)/m;
  if (!header.test(text)) return `${text}\n[groups]\n${block}`;
  return text.replace(header, (line) => `${line.trimEnd()}\n${block}`);
}

function membersOf(group: DjangoGroup, members: Members): ReadonlySet<string> {
  switch (group.kind) {
    case 'group':
      return members.groups.get(group.name) ?? new Set();
    case 'permission':
      return members.permissions.get(group.name) ?? new Set();
    case 'staff':
      return members.staff;
    case 'superusers':
      return members.superusers;
  }
}
