import type { Directive, Node, Section, Tell } from './syntax.js';

/** Whom a part of a configuration lets in. `unknown`: fewer than all, by what a declaration cannot say. */
export type Who =
  | { readonly kind: 'anyone' | 'nobody' | 'unknown' }
  /** Users with a name and a password; with groups, members of any of them. */
  | { readonly kind: 'users'; readonly groups?: readonly string[] };

type Action = 'read' | 'write';

/** How Apache serves a place, as far as its methods go. */
export type Serving = 'svn' | 'dav' | 'other';

const readMethods = ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT'];
const neededToRead: Readonly<Record<Serving, readonly string[]>> = {
  svn: ['GET', 'PROPFIND', 'REPORT'],
  dav: ['GET', 'PROPFIND'],
  other: ['GET'],
};
const neededToWrite: Readonly<Record<Serving, readonly string[]>> = {
  svn: ['PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'PROPPATCH', 'CHECKOUT', 'MERGE', 'MKACTIVITY'],
  dav: ['PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'PROPPATCH', 'LOCK'],
  other: ['POST', 'PUT', 'DELETE'],
};

interface Rule {
  readonly node: Node;
  readonly actions: readonly Action[];
}

/**
 * The rules of a section: those outside any Limit hold for both actions. Where methods are divided otherwise than into
 * those that read and those that write, a rule holds for more than Apache applies it to, never for less.
 */
export function rulesOf(
  nodes: readonly Node[],
  serving: Serving,
  isRule: (node: Node) => boolean,
  note: Tell,
): Rule[] {
  return nodes.flatMap((node): Rule[] => {
    if (node.kind === 'directive' || !isLimit(node)) {
      return isRule(node) ? [{ node, actions: ['read', 'write'] }] : [];
    }
    const held = node.children.filter(isRule);
    if (held.length === 0) return [];
    const { actions, exact } = actionsOf(node, serving);
    if (!exact) {
      const meant = actions.length === 2 ? 'all methods' : `all methods that ${actions.join('')}`;
      note(node, `<${node.name}> divides methods otherwise: its rules now hold for ${meant}`);
    }
    return held.map((each) => ({ node: each, actions }));
  });
}

export function isLimit(node: Node): boolean {
  return node.kind === 'section' && (node.name === 'limit' || node.name === 'limitexcept');
}

function actionsOf(
  { name, words }: Section,
  serving: Serving,
): { readonly actions: readonly Action[]; readonly exact: boolean } {
  const named = new Set(words.map((word) => word.toUpperCase()));
  const namesWrite = [...named].some((method) => !readMethods.includes(method));
  const namesRead = readMethods.some((method) => named.has(method));
  const allReads = neededToRead[serving].every((method) => named.has(method));
  if (name === 'limitexcept') {
    return allReads
      ? { actions: ['write'], exact: !namesWrite }
      : { actions: ['read', 'write'], exact: named.size === 0 };
  }
  const allWrites = neededToWrite[serving].every((method) => named.has(method));
  return {
    actions: [...(namesRead ? (['read'] as const) : []), ...(namesWrite ? (['write'] as const) : [])],
    exact: (!namesRead || allReads) && (!namesWrite || allWrites),
  };
}

export function isRequire(node: Node): boolean {
  return node.kind === 'directive' ? node.name === 'require' : /^require(any|all|none)$/.test(node.name);
}

/** Whether groups that `Require group` names are Django's. */
interface Authority {
  readonly groups: boolean;
}

/** Whom `Require` lines let in. Without any, Apache asks nobody for a name. */
export function whoMay(rules: readonly Node[], authority: Authority, note: Tell): Who {
  if (rules.length === 0) return { kind: 'anyone' };
  return anyOf(
    rules.map((rule) => ({ who: meaning(rule, authority, note), rule })),
    note,
  );
}

function meaning(node: Node, authority: Authority, note: Tell): Who {
  if (node.kind === 'directive') return requireLine(node, authority, note);
  const parts = node.children
    .filter(isRequire)
    .map((rule) => ({ who: meaning(rule, authority, note), rule }));
  if (node.name === 'requireany') return anyOf(parts, note);
  if (node.name === 'requireall') {
    const all = allOf(parts.map(({ who }) => who));
    const told = parts.some(({ who }) => who.kind === 'unknown');
    return all.kind === 'unknown' && !told
      ? cannot(node, 'several groups at once cannot be declared', note)
      : all;
  }
  return cannot(node, 'RequireNone cannot be declared', note);
}

function requireLine(directive: Directive, authority: Authority, note: Tell): Who {
  const [type = '', ...names] = directive.words;
  switch (type.toLowerCase()) {
    case 'valid-user':
      return { kind: 'users' };
    case 'group':
    case 'wsgi-group':
      if (names.length === 0) return { kind: 'nobody' };
      if (authority.groups) return { kind: 'users', groups: names };
      return cannot(directive, `Require ${type} names groups that are not Django's`, note);
    case 'all':
      return { kind: names[0]?.toLowerCase() === 'granted' ? 'anyone' : 'nobody' };
    case 'user':
      return cannot(directive, 'Require user cannot be declared: make a group of these users', note);
    default:
      return cannot(directive, `Require ${type} cannot be declared`, note);
  }
}

function cannot(node: Node, message: string, note: Tell): Who {
  note(node, message);
  return { kind: 'unknown' };
}

/** Where the alternatives are not all of one sort, those that let in fewer are kept. */
function anyOf(parts: readonly { readonly who: Who; readonly rule: Node }[], note: Tell): Who {
  const groups = parts.flatMap(({ who }) => (who.kind === 'users' && who.groups ? who.groups : []));
  const plain = parts.find(({ who }) => who.kind === 'users' && !who.groups);
  const open = parts.find(({ who }) => who.kind === 'anyone');
  const users = groups.length > 0 || plain !== undefined;
  if (groups.length > 0 && plain) {
    const names = groups.join(', ');
    note(plain.rule, `Apache lets every user in here, also those outside ${names}; now only members`);
  }
  if (open && users) {
    note(open.rule, 'Apache lets everybody in here without a name; now only users');
  }
  if (groups.length > 0) return { kind: 'users', groups: [...new Set(groups)] };
  if (plain) return { kind: 'users' };
  if (open) return { kind: 'anyone' };
  return { kind: parts.some(({ who }) => who.kind === 'unknown') ? 'unknown' : 'nobody' };
}

export function allOf(parts: readonly Who[]): Who {
  if (parts.some(({ kind }) => kind === 'nobody')) return { kind: 'nobody' };
  if (parts.some(({ kind }) => kind === 'unknown')) return { kind: 'unknown' };
  const sets = parts.flatMap((who) => (who.kind === 'users' && who.groups ? [who.groups] : []));
  if (sets.length > 1) return { kind: 'unknown' };
  if (sets[0]) return { kind: 'users', groups: sets[0] };
  return { kind: parts.some(({ kind }) => kind === 'users') ? 'users' : 'anyone' };
}

export function isHostRule(node: Node): boolean {
  return node.kind === 'directive' && /^(order|allow|deny)$/.test(node.name);
}

/** What `Order`, `Allow` and `Deny` say: by the client's address, which a declaration does not know. */
export function hostsMay(rules: readonly Node[], note: Tell): Who {
  const froms = (name: string): string[] =>
    rules.flatMap((rule) =>
      rule.name === name ? rule.words.slice(1).map((word) => word.toLowerCase()) : [],
    );
  const [allowed, denied] = [froms('allow'), froms('deny')];
  const order = rules
    .findLast(({ name }) => name === 'order')
    ?.words.join('')
    .toLowerCase();
  const allowFirst = order === 'allow,deny' || order === 'mutual-failure';
  if (denied.includes('all') && (allowFirst || allowed.length === 0)) return { kind: 'nobody' };
  if (allowed.includes('all') && (denied.length === 0 || !allowFirst)) return { kind: 'anyone' };
  if (allowed.length + denied.length === 0) return { kind: allowFirst ? 'nobody' : 'anyone' };
  const [first] = rules;
  return first ? cannot(first, 'Allow and Deny by address cannot be declared', note) : { kind: 'anyone' };
}
