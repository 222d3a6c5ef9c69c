import { concerns, folderAt, hiddenBy, isProgram, type Host, type Scope } from './hosts.js';
import { Layers } from './layers.js';
import { identificationOf, type ReadScript } from './site.js';
import { furtherChecks, leftOut } from './further-checks.js';
import type { Node, Note, Place, Tell } from './syntax.js';
import {
  allOf,
  hostsMay,
  isHostRule,
  isLimit,
  isRequire,
  rulesOf,
  whoMay,
  type Serving,
  type Who,
} from './who.js';

/** What a user must be, as in a declaration; complete. */
export interface Required {
  readonly staff: boolean;
  readonly superuser: boolean;
  readonly permission?: string;
  readonly groups?: readonly string[];
}

type Source =
  | { readonly kind: 'guard' }
  | { readonly kind: 'static' | 'webdav'; readonly folder: string }
  | { readonly kind: 'svn'; readonly key: 'repository' | 'repositories'; readonly folder: string };

export interface Entry extends Place {
  readonly path: string;
  readonly source: Source;
  readonly read: Required;
  readonly write: Required | false;
  /** Whether Django decides; otherwise the path is closed if it lies inside a share, and nothing by itself. */
  readonly decided: boolean;
  readonly settings: string | undefined;
  readonly realm: string | undefined;
  readonly keys: Readonly<Record<string, unknown>>;
}

export interface Means {
  readonly readScript: ReadScript;
  readonly note: Tell;
  /** Whether Apache goes on serving everything. */
  readonly guards: boolean;
}

/**
 * What nobody meets until an administrator creates a group of this name: it stands where Apache asked for something that
 * cannot be declared.
 */
export function closedFor({ file, line }: Place): Required {
  return { staff: false, superuser: false, groups: [`left from ${file.slice(-100)}:${line}`] };
}

/** @returns undefined where the path is open to everybody, or says nothing */
export function entryAt(
  host: Host,
  scope: Scope,
  path: string,
  { readScript, note, guards }: Means,
): Entry | undefined {
  const layers = Layers.at(host, path);
  const { file, line } = scope;
  const at = { file, line };
  const { source: found, serving } = sourceOf(host, layers, path, at, note);
  const source: Source = guards ? { kind: 'guard' } : found;
  const who = whoIn(layers, serving, readScript, at, note);
  const shared = { path, ...at, source, realm: layers.last('authname')?.words[0] };
  if (who.kind === 'open') {
    if (serving !== 'other') note(at, `${path} is open to everybody in Apache, and becomes no share`);
    return undefined;
  }
  const keys = keysOf(host, layers, source, note);
  if (who.kind === 'closed') {
    const read = closedFor(at);
    return { ...shared, read, write: false, decided: false, settings: undefined, keys };
  }
  return { ...shared, read: who.read, write: who.write, decided: true, settings: who.settings, keys };
}

type Whole =
  | { readonly kind: 'open' }
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'django';
      readonly read: Required;
      readonly write: Required | false;
      readonly settings: string | undefined;
    };

function whoIn(layers: Layers, serving: Serving, readScript: ReadScript, at: Place, note: Tell): Whole {
  const id = identificationOf(layers, readScript);
  const within =
    (is: (node: Node) => boolean) =>
    (node: Node): boolean =>
      is(node) || (node.kind === 'section' && isLimit(node) && node.children.some(is));
  const quiet: Note[] = [];
  const hear: Tell = ({ file, line }, message) => void quiet.push({ file, line, message });
  const groups = id.kind === 'django' && id.groups;
  const requires = rulesOf(layers.innermost(within(isRequire)), serving, isRequire, hear);
  const hosts = rulesOf(layers.innermost(within(isHostRule)), serving, isHostRule, hear);
  const satisfyAny = layers.last('satisfy')?.words[0]?.toLowerCase() === 'any';
  const who = (action: 'read' | 'write'): Who => {
    const of = (rules: typeof requires): Node[] =>
      rules.filter(({ actions }) => actions.includes(action)).map(({ node }) => node);
    const users = whoMay(of(requires), { groups }, hear);
    if (satisfyAny && users.kind !== 'anyone') return users;
    return allOf([hostsMay(of(hosts), hear), users]);
  };
  const [read, write] = [who('read'), who('write')];
  if (id.kind === 'none' && read.kind === 'anyone' && write.kind === 'anyone') return { kind: 'open' };
  if (read.kind === 'nobody' && (write.kind === 'nobody' || serving === 'other')) return { kind: 'closed' };
  if (id.kind !== 'django') {
    const [first] = layers.sections.filter((node) => concerns([node]));
    const by = id.kind === 'other' ? id.at : (first ?? at);
    note(by, 'not Django, but something else decides here who may');
    return { kind: 'closed' };
  }
  for (const each of quiet) note(each, each.message);
  if (satisfyAny) note(at, 'Satisfy Any also lets addresses in; now only users');
  if (id.doubt !== undefined) note(id.at, id.doubt);
  const type = layers.last('authtype');
  if (type && type.words[0]?.toLowerCase() !== 'basic') {
    note(type, `AuthType ${type.words[0] ?? ''} becomes Basic`);
  }
  const invalid = id.permission !== undefined && !/^[A-Za-z_]\w*\.\S+$/.test(id.permission);
  if (invalid) note(at, `"${id.permission ?? ''}" is no permission`);
  const checks = furtherChecks(layers);
  for (const check of checks) note(check, leftOut(check));
  const impossible = invalid || id.unknown === true || checks.length > 0;
  const required = (whose: Who): Required => {
    if (impossible || whose.kind === 'nobody' || whose.kind === 'unknown') return closedFor(at);
    const { staff, superuser, permission } = id;
    const names = whose.kind === 'users' ? whose.groups : undefined;
    return {
      staff,
      superuser,
      ...(permission !== undefined && { permission }),
      ...(names && { groups: names }),
    };
  };
  const opened = [read, ...(serving === 'other' ? [] : [write])].some(({ kind }) => kind === 'anyone');
  if (opened) note(at, 'Apache lets everybody in here without a name; now only users');
  const { settings } = id;
  const writes = impossible || write.kind === 'nobody' || write.kind === 'unknown' ? false : required(write);
  return { kind: 'django', read: required(read), write: writes, settings };
}

function sourceOf(
  host: Host,
  layers: Layers,
  path: string,
  at: Place,
  note: Tell,
): { readonly source: Source; readonly serving: Serving } {
  const dav = layers.last('dav')?.words[0]?.toLowerCase() ?? 'off';
  if (dav === 'svn') {
    const found = layers.last('svnparentpath') ?? layers.last('svnpath');
    const folder = found?.words[0]?.replace(/(?<=[^/])\/+$/, '');
    if (found && folder?.startsWith('/') && !folder.includes('${')) {
      const key = found.name === 'svnpath' ? 'repository' : 'repositories';
      return { source: { kind: 'svn', key, folder }, serving: 'svn' };
    }
    note(at, 'the folder of its repositories is not known, so that Apache goes on serving it');
    return { source: { kind: 'guard' }, serving: 'svn' };
  }
  const serving = dav === 'off' ? 'other' : 'dav';
  const folder = folderAt(host, path);
  const handler = layers.last('sethandler')?.words[0]?.toLowerCase() ?? 'none';
  const runs = layers.sections.some(
    (node) => node.kind === 'directive' && node.name !== 'sethandler' && isProgram(node),
  );
  const divided = layers.sections.some(
    (node) => node.kind === 'section' && !isLimit(node) && !isRequire(node) && hiddenBy(node) === undefined,
  );
  const plain =
    handler === 'none' &&
    !runs &&
    !divided &&
    !host.opaque &&
    (dav === 'off' || /^(on|filesystem)$/.test(dav));
  if (folder === undefined || !plain) return { source: { kind: 'guard' }, serving };
  return { source: { kind: serving === 'dav' ? 'webdav' : 'static', folder }, serving };
}

function keysOf(host: Host, layers: Layers, source: Source, note: Tell): Record<string, unknown> {
  const on = (name: string): boolean => layers.last(name)?.words[0]?.toLowerCase() === 'on';
  if (source.kind === 'svn') {
    const authz = layers.last('authzsvnaccessfile');
    const file = authz?.words[0];
    if (authz && file?.startsWith('/') === false) {
      note(authz, `${file} is relative to ServerRoot; write the whole path`);
    }
    return {
      [source.key]: source.folder,
      ...(file !== undefined && { authz: file }),
      ...(on('svnautoversioning') && { autoversioning: true }),
    };
  }
  if (source.kind === 'guard') return {};
  const override = layers.last('allowoverride');
  if (override && override.words[0]?.toLowerCase() !== 'none') {
    const message = `AllowOverride ${override.words.join(' ')}: .htaccess files were not read`;
    note(override, message);
  }
  const inner = layers.sections.flatMap((node) => (node.kind === 'section' ? (hiddenBy(node) ?? []) : []));
  return {
    root: source.folder,
    hide: [...new Set(['.ht*', ...host.hidden, ...inner])],
    ...(source.kind === 'webdav' && on('davdepthinfinity') && { depthInfinity: true }),
  };
}
