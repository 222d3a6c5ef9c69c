import { posix } from 'node:path';
import { Failure } from '../failure.js';
import { isHostRule, isLimit, isRequire } from './who.js';
import type { Directive, Node, Place, Section, Tell } from './syntax.js';

export interface Scope extends Place {
  readonly kind: 'location' | 'directory';
  /** A URL path or a folder; without a slash at its end, so that the root is ''. */
  readonly path: string;
  readonly nodes: readonly Node[];
}

/** The main server, or a virtual host with what it inherits from it. */
export interface Host {
  readonly directives: readonly Directive[];
  readonly scopes: readonly Scope[];
  /** Patterns of the names of files that nobody gets. */
  readonly hidden: readonly string[];
  /** Whether it has rules for files that cannot be declared, or programs: Apache must go on serving them. */
  readonly opaque: boolean;
}

/** The most comparisons of places with each other and with aliases. */
const mostWork = 20_000_000;

/**
 * The virtual hosts of a configuration; without any, the main server.
 * @throws Failure `too-large` for more places than can be compared
 */
export function hostsOf(nodes: readonly Node[], note: Tell): Host[] {
  const main = new Gathering(note);
  main.add(nodes);
  bounded(main.virtual.length * (main.scopes.length + main.directives.length));
  const hosts = main.virtual.map((section) => {
    const host = new Gathering(note, main);
    host.add(section.children);
    return host;
  });
  let work = 0;
  return (hosts.length > 0 ? hosts : [main]).map(({ directives, scopes, hidden, opaque }) => {
    const aliases = directives.filter(({ name }) => name === 'alias').length;
    work += scopes.length * (scopes.length + directives.length * (aliases + 1));
    bounded(work);
    return { directives, scopes, hidden, opaque: opaque || directives.some(isProgram) };
  });
}

function bounded(work: number): void {
  if (work > mostWork) throw new Failure('too-large', 'The configuration has too many places.');
}

class Gathering {
  readonly directives: Directive[];
  readonly scopes: Scope[];
  readonly hidden: string[];
  readonly virtual: Section[] = [];
  opaque: boolean;
  readonly #note: Tell;

  constructor(note: Tell, outer?: Gathering) {
    this.#note = note;
    this.directives = [...(outer?.directives ?? [])];
    this.scopes = [...(outer?.scopes ?? [])];
    this.hidden = [...(outer?.hidden ?? [])];
    this.opaque = outer?.opaque ?? false;
  }

  add(nodes: readonly Node[]): void {
    for (const node of nodes) {
      if (node.kind === 'directive') this.directives.push(node);
      else this.#section(node);
    }
  }

  #section(node: Section): void {
    const { name, words, children, file, line } = node;
    const [first = ''] = words;
    switch (name) {
      case 'ifmodule':
        if (!first.startsWith('!')) this.add(children);
        else if (concerns(children)) this.#left(node);
        return;
      case 'virtualhost':
        this.virtual.push(node);
        return;
      case 'location':
      case 'directory':
        if (first === '~' || /[*?[\]]|\$\{/.test(first) || words.length !== 1) {
          if (concerns(children)) this.#left(node);
          return;
        }
        this.scopes.push({ kind: name, path: plain(first), nodes: children, file, line });
        return;
      case 'files':
      case 'filesmatch':
        this.#files(node);
        return;
      default:
        if (concerns(children)) this.#left(node);
    }
  }

  #files(node: Section): void {
    const pattern = hiddenBy(node);
    if (pattern !== undefined) this.hidden.push(pattern);
    else if (concerns(node.children)) this.#left(node);
  }

  #left(section: Section): void {
    this.opaque = true;
    const shown = [section.name, ...section.words].join(' ').slice(0, 80);
    this.#note(section, `<${shown}> cannot be declared`);
  }
}

/** The pattern of names that a Files section closes for all; undefined if it does anything else. */
export function hiddenBy({ name, words, children }: Section): string | undefined {
  const [pattern = ''] = words;
  const closes = children.every(
    ({ kind, name: each, words: said }) =>
      kind === 'directive' &&
      (/^(order|satisfy)$/.test(each) ||
        (each === 'require' && said.join(' ').toLowerCase() === 'all denied') ||
        (each === 'deny' && said.join(' ').toLowerCase() === 'from all')),
  );
  if (!closes || !children.some((node) => node.name === 'require' || node.name === 'deny')) return undefined;
  if (name === 'filesmatch') return /^\^\\\.ht$/.test(pattern) ? '.ht*' : undefined;
  return words.length === 1 && /^[\w.*?-]+$/.test(pattern) ? pattern : undefined;
}

/** Whether anything here says who may, or what is served. */
export function concerns(nodes: readonly Node[]): boolean {
  return nodes.some(
    (node) =>
      isRequire(node) ||
      isHostRule(node) ||
      isLimit(node) ||
      (node.kind === 'directive' ? isSaying(node) : concerns(node.children)),
  );
}

const saying =
  /^(auth\w*|dav|svn(path|parentpath|autoversioning)|python(authen|authz|access|init)?handler|wsgi(auth|access)\w*|satisfy|alias|sslrequire|rewriterule)$/;

function isSaying({ name, words }: Directive): boolean {
  return saying.test(name) || (name === 'pythonoption' && /^django/i.test(words[0] ?? ''));
}

/** Whether a directive has Apache run something, or choose what it sends, by rules of its own. */
export function isProgram({ name, words }: Directive): boolean {
  switch (name) {
    case 'rewriterule':
    case 'aliasmatch':
    case 'scriptaliasmatch':
    case 'proxypassmatch':
    case 'wsgiscriptaliasmatch':
    case 'pythonhandler':
    case 'action':
    case 'script':
    case 'virtualdocumentroot':
    case 'userdir':
    case 'addhandler':
      return true;
    case 'sethandler':
    case 'setoutputfilter':
      return words[0]?.toLowerCase() !== 'none';
    case 'addtype':
    case 'addoutputfilter':
      return /httpd|includes|php/i.test(words[0] ?? '');
    case 'options':
      return words.some((word) => /^\+?(all|execcgi|includes(noexec)?)$/i.test(word));
    default:
      return false;
  }
}

/** Where Apache finds what it serves at a path: a folder, or something else. */
export function folderAt(host: Host, path: string): string | undefined {
  const proxied = host.directives.some(
    ({ name, words }) => name === 'proxypass' && covers(plain(words[0] ?? ''), path),
  );
  if (proxied) return undefined;
  const aliases = host.directives.filter(
    ({ name, words }) => /^(scriptalias|alias)$/.test(name) && words.length === 2,
  );
  // Apache takes the first that matches.
  const alias = aliases.find(({ words }) => covers(plain(words[0] ?? ''), path));
  if (alias) {
    if (alias.name !== 'alias') return undefined;
    const [from = '', to = ''] = alias.words;
    return absolute(`${plain(to)}${path.slice(plain(from).length)}`);
  }
  const scripted = host.directives.some(
    ({ name, words }) => name === 'wsgiscriptalias' && covers(plain(words[0] ?? ''), path),
  );
  if (scripted) return undefined;
  const root = host.directives.findLast(({ name }) => name === 'documentroot')?.words[0];
  return root === undefined ? undefined : absolute(`${plain(root)}${path}`);
}

/** The URL paths at which a folder is served. */
export function pathsOf(host: Host, folder: string): string[] {
  const roots = host.directives.flatMap(({ name, words: [one = '', two = ''] }) => {
    if (name === 'alias') return [{ from: plain(one), to: plain(two) }];
    return name === 'documentroot' ? [{ from: '', to: plain(one) }] : [];
  });
  const paths = roots.flatMap(({ from, to }) => {
    if (to === '') return [];
    if (covers(folder, to)) return [from];
    const path = `${from}${folder.slice(to.length)}`;
    return covers(to, folder) && folderAt(host, path) === folder ? [path] : [];
  });
  return [...new Set(paths)];
}

/** Whether `path` is `outer` or lies below it; both without a slash at their ends. */
export function covers(outer: string, path: string): boolean {
  return path === outer || path.startsWith(`${outer}/`);
}

function plain(path: string): string {
  return path.replace(/(?<!\/)\/+$/, '').replace(/^\/$/, '');
}

function absolute(path: string): string | undefined {
  return path.startsWith('/') && !path.includes('${') ? posix.normalize(path) : undefined;
}
