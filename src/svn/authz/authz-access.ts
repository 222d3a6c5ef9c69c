import { isAnonymous, type Identity, type Visitor } from '../../access/identity.js';
import { isSameOrBelow } from '../../http/target.js';
import { type AuthzSection, membersIn } from './authz-file.js';
import { djangoGroup, isMember } from './authz-groups.js';

export interface AuthzGrant {
  /** The text between the brackets. */
  readonly section: string;
  /** The lines that apply to the user, counted from 1. */
  readonly lines: readonly number[];
  readonly read: boolean;
  readonly write: boolean;
}

interface PathSection {
  readonly path: string;
  readonly repository: string | undefined;
  readonly section: AuthzSection;
}

/** The keys that apply to people without a name; no other does, not even `~alice` (svn_authz__get_acl_access). */
const meaningAnonymous: ReadonlySet<string> = new Set(['*', '$anonymous', '~$authenticated']);

/** Whether an authz file lets people without a name read anything. */
export function opensToAnonymous(sections: readonly AuthzSection[]): boolean {
  return sections.some(
    ({ name, entries }) =>
      name.includes('/') &&
      entries.some(({ key, value }) => meaningAnonymous.has(key) && value.includes('r')),
  );
}

/** Decides by an authz file as svn's mod_authz_svn does (subversion/libsvn_repos/authz.c). */
export class AuthzRules {
  readonly #groups: ReadonlyMap<string, string>;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #paths: readonly PathSection[];
  /** Sections with patterns (`:glob:`, svn 1.10), which are not evaluated here. */
  readonly patterns: readonly string[];

  constructor(sections: readonly AuthzSection[]) {
    const entriesOf = (name: string) =>
      new Map(
        sections.find((section) => section.name === name)?.entries.map(({ key, value }) => [key, value]),
      );
    this.#groups = entriesOf('groups');
    this.#aliases = entriesOf('aliases');
    this.patterns = sections.map(({ name }) => name).filter((name) => name.startsWith(':glob:'));
    this.#paths = sections.flatMap((section) => {
      const [, repository, path] = /^(?:([^:/]+):)?(\/.*)$/.exec(section.name) ?? [];
      return path === undefined ? [] : [{ path: normal(path), repository, section }];
    });
  }

  /** The section that decides about a path: the nearest one, upwards, that applies to the user. */
  at(visitor: Visitor, repository: string, path: string): AuthzGrant | undefined {
    for (let current = normal(path); ; current = current.slice(0, current.lastIndexOf('/')) || '/') {
      const grant = this.#exactly(visitor, repository, current);
      if (grant !== undefined || current === '/') return grant;
    }
  }

  /** The sections further down that decide about their own paths. */
  below(visitor: Visitor, repository: string, path: string): readonly AuthzGrant[] {
    const top = normal(path);
    const paths = new Set(this.#paths.map((section) => section.path));
    return [...paths]
      .filter((candidate) => candidate !== top && isSameOrBelow(top, candidate))
      .flatMap((candidate) => this.#exactly(visitor, repository, candidate) ?? []);
  }

  /** A section for the repository takes precedence over one for all repositories, if both apply to the user. */
  #exactly(visitor: Visitor, repository: string, path: string): AuthzGrant | undefined {
    const here = this.#paths.filter((section) => section.path === path);
    const own = here.find((section) => section.repository === repository);
    const general = here.find((section) => section.repository === undefined);
    return this.#grant(visitor, own?.section) ?? this.#grant(visitor, general?.section);
  }

  #grant(visitor: Visitor, section: AuthzSection | undefined): AuthzGrant | undefined {
    const speaking =
      section?.entries.filter(({ key }) =>
        isAnonymous(visitor) ? meaningAnonymous.has(key) : this.#means(visitor, key),
      ) ?? [];
    if (section === undefined || speaking.length === 0) return undefined;
    return {
      section: section.name,
      lines: speaking.map(({ line }) => line),
      read: speaking.some(({ value }) => value.includes('r')),
      write: speaking.some(({ value }) => value.includes('w')),
    };
  }

  #means(identity: Identity, key: string): boolean {
    if (this.#isEmpty(key.replace(/^~/, ''), new Set())) return false;
    if (key.startsWith('~')) return !this.#means(identity, key.slice(1));
    if (key === '*' || key === '$authenticated') return true;
    if (key === '$anonymous') return false;
    return this.#isMember(identity, key, new Set());
  }

  /**
   * svn ignores a line about a group without members. Django's groups are never empty to svn, because `completeAuthz`
   * fills them.
   */
  #isEmpty(name: string, seen: Set<string>): boolean {
    const own = name.startsWith('@') ? this.#groups.get(name.slice(1).trim()) : undefined;
    if (own === undefined || seen.has(name)) return seen.has(name);
    seen.add(name);
    return membersIn(own).every((member) => this.#isEmpty(member, seen));
  }

  #isMember(identity: Identity, name: string, seen: Set<string>): boolean {
    if (name.startsWith('&')) return this.#aliases.get(name.slice(1)) === identity.username;
    if (!name.startsWith('@')) return name === identity.username;
    const group = name.slice(1).trim();
    const own = this.#groups.get(group);
    if (own === undefined) return isMember(identity, djangoGroup(group));
    if (seen.has(group)) return false;
    seen.add(group);
    return membersIn(own).some((member) => this.#isMember(identity, member, seen));
  }
}

function normal(path: string): string {
  const plain = path.normalize('NFC').replace(/\/{2,}/g, '/');
  return plain.length > 1 ? plain.replace(/\/$/, '') : plain;
}
