import { type AskedMembers, type Members, type Identity, hasPermission } from '../../access/identity.js';
import { openGroups, parseAuthz } from './authz-file.js';

/** What a group of an authz file means at the Django site. */
type DjangoGroup =
  | { readonly kind: 'group' | 'permission'; readonly name: string }
  | { readonly kind: 'staff' | 'superusers' };

/**
 * `perm.app_label.codename`, `is.staff` and `is.superuser` do not mean groups, even if Django has groups with those
 * names.
 */
export function djangoGroup(name: string): DjangoGroup {
  const permission = /^perm\.([A-Za-z_]\w*\..+)$/.exec(name)?.[1];
  if (permission !== undefined) return { kind: 'permission', name: permission };
  if (name === 'is.staff') return { kind: 'staff' };
  if (name === 'is.superuser') return { kind: 'superusers' };
  return { kind: 'group', name };
}

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

/** What to look up at the Django site for the groups that an authz file does not define. */
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
 * Whether an authz file can contain the user name in a group: no comma or control character, no space at either end,
 * and no character at the beginning that has a special meaning there.
 */
export function canBeMember(username: string): boolean {
  return username !== '' && !/[,\p{Cc}]|^\s|\s$|^[@&~$*]/u.test(username);
}

/**
 * Stands in for the members of empty groups, because svn ignores lines about empty groups, including `~@group`. No
 * user has this name: the Basic scheme cannot carry a colon in one.
 */
const nobody = ':nobody';

/** An authz file in which every group has its members, and the users who had to be left out. */
interface CompleteAuthz {
  readonly text: string;
  /** User names, sorted. These users must be denied access altogether, because a group may also take rights away. */
  readonly excluded: readonly string[];
  /**
   * Groups that neither the file nor Django defines. They stay undefined, and svn denies everyone access with such a
   * file.
   */
  readonly unknown: readonly string[];
}

/**
 * The groups that an authz file names and that neither it nor Django defines. @param members what {@link askedBy} asks
 * for
 */
export function unknownGroups(text: string, members: Members): readonly string[] {
  return openGroups(parseAuthz(text)).filter((name) => isUnknown(djangoGroup(name), members));
}

function isUnknown(group: DjangoGroup, members: Members): boolean {
  return group.kind === 'group' && !members.groups.has(group.name);
}

/**
 * The authz file completed with the groups that it does not define, in one text, so that rules and groups always
 * match: svn does not accept a second section of groups, and refuses a file that names an undefined group.
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
