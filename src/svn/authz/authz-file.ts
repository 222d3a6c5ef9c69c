/** A line `key = value` of an authz file, with its continuation lines. */
interface AuthzEntry {
  readonly key: string;
  readonly value: string;
  /** The line where it begins, counted from 1. */
  readonly line: number;
}

export interface AuthzSection {
  /** The text between the brackets, such as `repository:/trunk`. */
  readonly name: string;
  readonly line: number;
  readonly entries: readonly AuthzEntry[];
}

/**
 * The sections of an authz file, in their order. Lines that cannot be parsed are skipped: svn refuses such a file as a
 * whole and denies everyone access.
 * @see https://svnbook.red-bean.com/en/1.8/svn.serverconfig.pathbasedauthz.html
 */
export function parseAuthz(text: string): readonly AuthzSection[] {
  const sections: { name: string; line: number; entries: { key: string; value: string; line: number }[] }[] =
    [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = index + 1;
    const section = sections.at(-1);
    const header = /^\[([^\]]*)\]/.exec(raw)?.[1];
    if (raw.trim() === '' || raw.startsWith('#')) continue;
    if (header !== undefined) {
      sections.push({ name: header, line, entries: [] });
    } else if (/^\s/.test(raw)) {
      const entry = section?.entries.at(-1);
      if (entry) entry.value = `${entry.value} ${raw.trim()}`.trim();
    } else {
      const [, key, value] = /^([^:=]*)[:=](.*)$/.exec(raw) ?? [];
      if (key !== undefined && value !== undefined) {
        section?.entries.push({ key: key.trim(), value: value.trim(), line });
      }
    }
  }
  return sections;
}

export function membersIn(value: string): readonly string[] {
  return value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

/** The groups that an authz file names without defining their members, without their `@`, sorted. */
export function openGroups(sections: readonly AuthzSection[]): readonly string[] {
  const own = new Set<string>();
  const named = new Set<string>();
  for (const { name, entries } of sections) {
    for (const { key, value } of entries) {
      if (name === 'groups') own.add(key);
      const names = name === 'groups' ? membersIn(value) : name === 'aliases' ? [] : [key.replace(/^~/, '')];
      for (const candidate of names) if (candidate.startsWith('@')) named.add(candidate.slice(1).trim());
    }
  }
  return [...named].filter((group) => !own.has(group)).sort();
}
