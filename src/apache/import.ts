import { shareSchema } from '../config/share-schema.js';
import { entryAt, type Entry, type Means } from './entry.js';
import { leftOut } from './further-checks.js';
import { concerns, hostsOf, isProgram, pathsOf, type Host, type Scope } from './hosts.js';
import { Layers } from './layers.js';
import { closedShare, sharesOf, type ShareJson } from './shares.js';
import { pythonOf, type ReadScript } from './site.js';
import type { Node, Note, Place, Tell } from './syntax.js';

export interface ImportOptions {
  /** The Django project's folder, if the configuration does not name it. */
  readonly project: string | undefined;
  /** The settings module whose shares are meant, if there are several. */
  readonly settings: string | undefined;
  /** Whether Apache goes on serving everything, so that all shares are guards. */
  readonly guards: boolean;
}

export interface Imported {
  /** As JSON; it may lack what the notes ask for. */
  readonly declaration: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
}

/** Apache's port for davgate, as the documentation has it. */
const fastcgi = { port: 9911, secretFile: './guard-secret' } as const;

/** What the places that Django guards in a configuration of Apache mean to davgate. */
export function importApache(
  nodes: readonly Node[],
  { project, settings: chosen, guards }: ImportOptions,
  readScript: ReadScript,
): Imported {
  const notes = new Map<string, Note>();
  const note: Tell = ({ file, line }, message) =>
    void notes.set(`${file}:${line}: ${message}`, { file, line, message });
  const hosts = hostsOf(nodes, note);
  const entries = hosts.map((host) => entriesOf(host, { readScript, note, guards }));
  const all = entries.flat().filter(({ decided }) => decided);
  const settings = chosen ?? all.find((entry) => entry.settings !== undefined)?.settings;
  const ours = entries.map((each) =>
    each.map((entry) => ofSite(entry, settings, chosen === undefined ? note : () => undefined)),
  );
  const shares = validShares(ours, note);
  const realm = realmOf(ours.flat(), note);
  const start: Place = all[0] ?? { file: nodes[0]?.file ?? 'configuration', line: 1 };
  if (shares.length === 0) note(start, 'no place was found that Django guards');
  const found =
    settings === undefined ? undefined : pythonOf(hosts.flatMap(directivesIn), settings, readScript);
  const folder = project ?? found?.project;
  if (settings === undefined) note(start, 'no DJANGO_SETTINGS_MODULE was found: use --settings');
  if (folder === undefined) note(start, 'the folder of the project was not found: use --project');
  const django = {
    ...(folder !== undefined && { project: folder }),
    ...(settings !== undefined && { settings }),
    ...(found?.python !== undefined && { python: found.python }),
  };
  const declaration = {
    ...(realm !== undefined && { realm }),
    django,
    ...(shares.some(({ kind }) => kind === 'guard') && { guard: { fastcgi } }),
    shares,
  };
  return { declaration, notes: [...notes.values()] };
}

function entriesOf(host: Host, means: Means): Entry[] {
  const { note } = means;
  const places = new Map<string, Scope>();
  for (const scope of host.scopes) {
    if (!concerns(scope.nodes)) continue;
    const paths = scope.kind === 'location' ? [scope.path] : pathsOf(host, scope.path);
    for (const path of paths) {
      if (scope.kind === 'location' || !places.has(path)) places.set(path, scope);
    }
  }
  return [...places].flatMap(([path, scope]) => {
    const entry = entryAt(host, scope, path, means);
    if (!entry) return [];
    if (entry.decided) unknownIn(Layers.at(host, path).sections, entry.source.kind === 'guard', note);
    if (path !== '') return [entry];
    if (entry.decided) note(scope, 'no share can lie at /: declare the paths below it');
    return [];
  });
}

/** Closes what another site's users reach. */
function ofSite(entry: Entry, settings: string | undefined, note: Tell): Entry {
  if (!entry.decided || entry.settings === undefined || entry.settings === settings) return entry;
  const message = `${entry.path} has the settings ${entry.settings}: run this again with --settings ${entry.settings}`;
  note(entry, message);
  return {
    ...entry,
    decided: false,
    read: { ...entry.read, groups: [`of ${entry.settings.slice(0, 100)}`] },
    write: false,
  };
}

function validShares(hosts: readonly (readonly Entry[])[], note: Tell): ShareJson[] {
  const shares = new Map<string, { readonly text: string; readonly json: ShareJson }>();
  for (const entries of hosts) {
    for (const { path, json } of sharesOf(entries, note)) {
      const place = entries.find((entry) => entry.path === path) ?? { file: '', line: 0 };
      const text = JSON.stringify(json);
      const other = shares.get(path);
      const parsed = shareSchema.safeParse(json);
      if (!parsed.success) {
        const why = parsed.error.issues.map(({ message }) => message).join('; ');
        note(place, `${path} cannot be a share: ${why}`);
      } else if (other && other.text !== text) {
        note(place, `${path} has other rules in another virtual host: it is closed`);
        shares.set(path, { text: '', json: closedShare(json, place) });
      } else {
        shares.set(path, { text, json });
      }
    }
  }
  return [...shares.values()].map(({ json }) => json);
}

function realmOf(entries: readonly Entry[], note: Tell): string | undefined {
  const named = entries.filter(({ decided, realm }) => decided && realm !== undefined);
  const realm = named[0]?.realm;
  for (const entry of named) {
    if (entry.realm === realm) continue;
    note(entry, `AuthName "${entry.realm ?? ''}" is left out: a declaration has one realm`);
  }
  return realm;
}

function directivesIn({ directives, scopes }: Host) {
  return [...directives, ...scopes.flatMap(({ nodes }) => nodes)].filter((node) => node.kind === 'directive');
}

const understood = new RegExp(
  `^(${[
    'auth(type|name|basicprovider|basicauthoritative|authoritative|zfcgi.*|groupfile)',
    'require|order|allow|deny|satisfy|setenv|passenv|unsetenv|sethandler|options|allowoverride(list)?',
    'python(authenhandler|option|path|debug|interpreter|autoreload|interpperdirectory|interpperdirective)',
    'wsgi(auth(user|group)script|processgroup|applicationgroup|passauthorization)',
    'dav|davdepthinfinity|davmintimeout|davgenericlockdb|davlockdb',
    'svn(path|parentpath|listparentpath|autoversioning|reposname|indexxslt|compressionlevel|allowbulkupdates)',
    'svn(advertisev2protocol|cache\\w*|inmemorycachesize|useutf8|activitiesdb)|authzsvnaccessfile|authzsvnanonymous',
    'index\\w*|adddescription|addicon\\w*|headername|readmename|directory(index|slash)|fancyindexing',
    'expires\\w*|filee?tag|enablesendfile|enablemmap|adddefaultcharset|addcharset|addtype|forcetype|addencoding',
    'adddefaultcharset|addlanguage|contentdigest|serversignature|loglevel|errorlog|customlog|setenvif(nocase)?|browsermatch',
  ].join('|')})$`,
);

/** Directives of a place that a declaration does not follow. */
function unknownIn(nodes: readonly Node[], isGuard: boolean, note: Tell): void {
  for (const node of nodes) {
    const { name } = node;
    if (node.kind === 'section') {
      if (name === 'ifmodule' && node.words[0]?.startsWith('!') === false)
        unknownIn(node.children, isGuard, note);
      else if (!/^(limit(except)?|require(any|all|none)|files(match)?|ifmodule)$/.test(name)) {
        note(node, leftOut(node));
      }
      continue;
    }
    const nulled = name === 'authuserfile' && node.words[0] === '/dev/null';
    const served = isGuard && isServing(node);
    const pathAuthz = name === 'svnpathauthz' && node.words[0]?.toLowerCase() !== 'off';
    if (understood.test(name) || nulled || served || pathAuthz) continue;
    note(node, leftOut(node));
  }
}

/** What Apache goes on doing for a guard: only who may is davgate's to decide. */
function isServing(node: Node): boolean {
  return (
    node.kind === 'directive' &&
    (isProgram(node) || !/^(auth|require|python(auth|access)|wsgi(auth|access)|sslrequire)/.test(node.name))
  );
}
