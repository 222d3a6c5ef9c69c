import { readFileSync } from 'node:fs';
import type { NamedGrant } from '../../../src/config/declaration.js';
import { finding, placeOf, type Finding } from '../../../src/config/problems.js';
import type { SvnShare } from '../../../src/config/kinds/svn.js';
import { opensToAnonymous } from '../../../src/svn/authz/authz-access.js';
import { membersIn, openGroups, parseAuthz } from '../../../src/svn/authz/authz-file.js';
import { djangoGroup } from '../../../src/svn/authz/authz-groups.js';
import type { Numbered } from '../share.js';

/** Groups and permissions of Django that a share's `authz` file names, with line numbers. None if it is unreadable. */
export function grantsInAuthz({ share, index }: Numbered<SvnShare>): NamedGrant[] {
  if (share.authz === undefined) return [];
  const place = placeOf(['shares', index, 'authz']);
  return namedIn(textOf(share.authz)).map(({ line, ...grant }) => ({
    ...grant,
    place: `${place}, line ${line}`,
  }));
}

/** That a share is public of which its `authz` file lets nobody read anything without a name. */
export function publicFindings({ share, index }: Numbered<SvnShare>): Finding[] {
  const { authz, policy, path } = share;
  if (authz === undefined || !policy.isPublicSomewhere || opensToAnonymous(parseAuthz(textOf(authz)))) {
    return [];
  }
  const message =
    `lets nobody read anything of the public share ${path} without signing in: ` +
    'give `*` or `$anonymous` r there, or take `public` out of the share';
  return [finding('warning', placeOf(['shares', index, 'authz']), message)];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The groups in an authz file that Django must define, each with the line of its first use. */
function namedIn(text: string): (Omit<NamedGrant, 'place'> & { readonly line: number })[] {
  const sections = parseAuthz(text);
  const lines = new Map<string, number>();
  for (const { name, entries } of sections) {
    for (const { key, value, line } of entries) {
      const names = name === 'groups' ? membersIn(value) : [key.replace(/^~/, '')];
      for (const each of names) {
        const group = each.startsWith('@') ? each.slice(1).trim() : undefined;
        if (group !== undefined && !lines.has(group)) lines.set(group, line);
      }
    }
  }
  return openGroups(sections).flatMap((name) => {
    const meant = djangoGroup(name);
    return meant.kind === 'group' || meant.kind === 'permission'
      ? [{ kind: meant.kind, name: meant.name, line: lines.get(name) ?? 1 }]
      : [];
  });
}
