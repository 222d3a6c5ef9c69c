import { dirname, resolve } from 'node:path';
import { isSameOrBelow } from '../http/target.js';
import { siteOf } from '../django/explicit-site.js';
import { parseSearchPath } from '../database/search-path.js';
import type { Declaration, DjangoDeclaration } from './declaration.js';
import { withGuards } from './rules.js';
import { guardSectionOf } from './guard-section.js';
import { readMounts } from './mounts.js';
import { keptFiles, secretsInShares } from './secrets-in-shares.js';
import { grantsOf } from './named-grants.js';
import { DeclarationError, placeOf, problemsOf, type Problem } from './problems.js';
import type { AccessInput } from './kinds/access.js';
import { readJson } from './read-json.js';
import { limitsOf } from './limits.js';
import { parseStateUrl, type StateDeclaration } from './state-url.js';
import { modulesInWorkers } from './workers.js';
import { djangoSchema, outerSchema, type DjangoInput } from './schema.js';
import { resolveShare, shareSchema, type DeclaredShare } from './share-schema.js';
import { absence } from './files.js';
import type { CommonShare } from './kinds/share.js';

/**
 * Reads and checks a declaration.
 * @param file its path; relative paths in it are relative to its folder
 * @param user who this process runs as, for messages
 * @param known what stands in the file, if somebody has read it already
 * @throws DeclarationError with everything that is wrong with it
 */
export function loadDeclaration(file: string, user = 'the user who runs this', known?: string): Declaration {
  const folder = dirname(resolve(file));
  const { text, json, positions } = readJson(file, user, known);
  const parsed = outerSchema.safeParse(json, { reportInput: true });
  const site = siteIn(json, folder, user);
  const shares = sharesIn(json, folder, user);
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error)),
    ...site.problems,
    ...shares.problems,
    ...overlaps(shares.found),
  ];
  if (!parsed.success || !site.django) throw new DeclarationError(file, problems, positions);
  const { listen, realm, publicOrigin, trustedProxies, stripDomain, throttle, state, metrics, apache } =
    parsed.data;
  const guard = parsed.data.guard && guardSectionOf(parsed.data.guard, folder);
  const declaration: Declaration = {
    folder,
    positions,
    text,
    listen,
    workers: parsed.data.workers,
    realm,
    django: site.django,
    publicOrigin,
    trustedProxies,
    stripDomain,
    throttle,
    state: stateOf(state, folder),
    metrics,
    guard,
    apache: {
      ...(apache.binary !== undefined && { binary: resolve(folder, apache.binary) }),
      ...(apache.modules !== undefined && { modules: resolve(folder, apache.modules) }),
    },
    limits: limitsOf(parsed.data.limits),
    shares: withGuards(shares.found.map(({ share }) => share)),
    grants: shares.found.flatMap(({ input, index }) => grantsOf(input, index)),
  };
  problems.push(...unasked(declaration.shares, guard));
  problems.push(...withoutFront(shares.found, declaration.trustedProxies));
  problems.push(...modulesInWorkers(declaration));
  problems.push(...secretsInShares(declaration.shares, keptFiles(declaration, resolve(file))));
  if (problems.length > 0) throw new DeclarationError(file, problems, positions);
  return declaration;
}

/** A declaration that is not an object has no parts. */
function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

interface FoundShare {
  readonly input: AccessInput & { readonly path: string };
  readonly share: DeclaredShare;
  readonly index: number;
}

/** Validates each share by itself, whatever is wrong with the others, to report all problems at once. */
function sharesIn(
  json: unknown,
  folder: string,
  user: string,
): { readonly found: readonly FoundShare[]; readonly problems: readonly Problem[] } {
  const found: FoundShare[] = [];
  const problems: Problem[] = [];
  const list: unknown = isObject(json) ? json.shares : undefined;
  if (!Array.isArray(list)) return { found, problems };
  const mounts = readMounts();
  for (const [index, candidate] of list.entries()) {
    const parsed = shareSchema.safeParse(candidate, { reportInput: true });
    if (!parsed.success) {
      problems.push(...problemsOf(parsed.error, ['shares', index]));
      continue;
    }
    const share = resolveShare(parsed.data, { folder, mounts });
    found.push({ input: parsed.data, share, index });
    problems.push(...missingInShare(share, index, user));
  }
  return { found, problems };
}

function siteIn(
  json: unknown,
  folder: string,
  user: string,
): { readonly django?: DjangoDeclaration; readonly problems: readonly Problem[] } {
  if (!isObject(json)) return { problems: [] };
  const parsed = djangoSchema.safeParse(json.django, { reportInput: true });
  if (!parsed.success) return { problems: problemsOf(parsed.error, ['django']) };
  const django = djangoOf(parsed.data, folder);
  return { django, problems: missingSite(parsed.data, django, user) };
}

/** How long an answer of the site's own code holds unless the declaration says otherwise. */
const heldSeconds = 60;

function djangoOf(input: DjangoInput, folder: string): DjangoDeclaration {
  if (!('project' in input)) return { kind: 'site', site: siteOf(input, folder) };
  const { project, settings, python, alias } = input;
  const searchPath = input.searchPath === undefined ? undefined : parseSearchPath(input.searchPath);
  return {
    kind: 'project',
    project: resolve(folder, project),
    settings,
    // A bare name is looked up in PATH, as in a shell.
    ...(python !== undefined && { python: python.includes('/') ? resolve(folder, python) : python }),
    ...(alias !== undefined && { alias }),
    ...(searchPath && { searchPath }),
    ...(input.signIn === 'site' && { signInBySite: { seconds: input.signInSeconds ?? heldSeconds } }),
    ...(input.permissions === 'site' && {
      permissionsBySite: { seconds: input.permissionsSeconds ?? heldSeconds },
    }),
  };
}

function overlaps(shares: readonly FoundShare[]): Problem[] {
  return shares.flatMap(({ input: share, share: resolved, index }, order) => {
    const place = placeOf(['shares', index, 'path']);
    const rulePaths = (share.rules ?? []).map(({ path }) => path.normalize('NFC'));
    const doubled = rulePaths.flatMap((path, rule) => {
      const at = placeOf(['shares', index, 'rules', rule, 'path']);
      return rulePaths.indexOf(path) < rule ? [{ place: at, message: `${path} already has a rule` }] : [];
    });
    const clash = shares.slice(0, order).find(({ share: other }) => clashing(other, resolved));
    if (!clash) return doubled;
    const other = `shares[${clash.index}]`;
    const message =
      clash.input.path === share.path
        ? `${share.path} is already the path of ${other}`
        : `${share.path} overlaps ${clash.input.path} of ${other}; use \`rules\` for a path inside a share`;
    return [{ place, message }, ...doubled];
  });
}

/** Only a trusted proxy is told where files are. */
function withoutFront(shares: readonly FoundShare[], proxies: readonly string[]): Problem[] {
  if (proxies.length > 0) return [];
  return shares.flatMap(({ share, index }) =>
    'sendfile' in share
      ? [
          {
            place: placeOf(['shares', index, 'sendfile']),
            message: 'needs the address of the web server in front in "trustedProxies" of the declaration',
          },
        ]
      : [],
  );
}

/** Guards need somewhere to be asked about. */
function unasked(shares: readonly DeclaredShare[], guard: Declaration['guard']): Problem[] {
  const index = shares.findIndex(({ servedElsewhere }) => servedElsewhere);
  if (guard || index === -1) return [];
  const message = 'a guard needs the key "guard" of the declaration, where other servers ask about it';
  return [{ place: placeOf(['shares', index]), message }];
}

/**
 * Of two shares one inside the other only a guard may be: around any other, or inside one whose rules are all known here.
 * What Apache serves of a repository cannot be left out.
 */
function clashing(one: DeclaredShare, other: DeclaredShare): boolean {
  if (one.path === other.path) return true;
  const outer = isSameOrBelow(one.path, other.path) ? one : other;
  const inner = outer === one ? other : one;
  if (!isSameOrBelow(outer.path, inner.path) || outer.servedElsewhere) return false;
  return !inner.servedElsewhere || outer.kind === 'svn';
}

/** @throws RangeError for a URL that the schema refuses */
function stateOf(url: string, folder: string): StateDeclaration {
  const location = parseStateUrl(url, folder);
  if (typeof location === 'string') throw new RangeError(`The state database URL ${location}.`);
  return location;
}

/**
 * The folders and files that a share names and that are missing or of the wrong kind.
 * @param user who this process runs as, such as `the user www-data`
 */
function missingInShare(
  { places, disk }: Pick<CommonShare, 'places' | 'disk'>,
  index: number,
  user: string,
): Problem[] {
  // The server looks at a folder that may hang in a process of its own.
  if (disk?.calls === 'async') return [];
  return places.flatMap(({ key, what, value, path, use, fault }) => {
    if (use === 'make') return [];
    const wrong = absence(what, path, user) ?? fault?.(path);
    return wrong === undefined
      ? []
      : [{ place: placeOf(['shares', index, key]), message: `the ${what} ${value} ${wrong}` }];
  });
}

/** The folder or file of the site, if it is missing. @param input as written in the file */
function missingSite(input: DjangoInput, django: DjangoDeclaration, user: string): Problem[] {
  if (django.kind === 'project') {
    const fault = absence('folder', django.project, user);
    const named = 'project' in input ? input.project : '';
    return fault === undefined ? [] : [{ place: 'django.project', message: `the folder ${named} ${fault}` }];
  }
  const { database } = django.site;
  const fault = database.kind === 'sqlite' ? absence('file', database.file, user) : undefined;
  const named = 'database' in input ? input.database.slice('sqlite:'.length) : '';
  return fault === undefined ? [] : [{ place: 'django.database', message: `the file ${named} ${fault}` }];
}
