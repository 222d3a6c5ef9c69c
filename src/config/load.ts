import { dirname, resolve } from 'node:path';
import { isSameOrBelow, serverPathOf } from '../http/target.js';
import { siteOf } from '../django/explicit-site.js';
import { parseSearchPath } from '../django/search-path.js';
import { parseBytes } from './bytes.js';
import type { Declaration, DjangoDeclaration, Share, StateDeclaration, SvnSource } from './declaration.js';
import { keptFiles } from './kept-files.js';
import { missingInShare, missingSite, type Surroundings } from './missing-files.js';
import { grantsOf } from './named-grants.js';
import { DeclarationError, placeOf, problemsOf, type Problem } from './problems.js';
import { readJson } from './read-json.js';
import { limitsOf } from './limits.js';
import { parseStateUrl } from './state-url.js';
import { policyOf } from './rules.js';
import { secretsInShares } from './secrets-in-shares.js';
import { declarationSchema, djangoSchema, type DjangoInput } from './schema.js';
import { shareSchema, type ShareInput, type SvnShareInput } from './share-schema.js';

/**
 * Reads and checks a declaration.
 * @param file its path; relative paths in it are relative to its folder
 * @param user who this process runs as, for messages
 * @throws DeclarationError with everything that is wrong with it
 */
export function loadDeclaration(file: string, user = 'the user who runs this'): Declaration {
  const folder = dirname(resolve(file));
  const json = readJson(file, user);
  const parsed = declarationSchema.safeParse(json, { reportInput: true });
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error)),
    ...sharesOf(json).flatMap(({ share, index }) => missingInShare(share, index, { folder, user })),
    ...overlaps(sharesOf(json)),
    ...missingSiteOf(json, { folder, user }),
  ];
  if (!parsed.success) throw new DeclarationError(file, problems);
  const {
    listen,
    realm,
    django,
    publicOrigin,
    trustedProxies,
    stripDomain,
    throttle,
    state,
    metrics,
    apache,
    shares,
  } = parsed.data;
  const declaration: Declaration = {
    folder,
    listen: { host: listen?.host ?? '127.0.0.1', port: listen?.port ?? 8080 },
    realm: realm ?? 'davgate',
    django: djangoOf(django, folder),
    publicOrigin,
    trustedProxies: trustedProxies ?? [],
    stripDomain: stripDomain ?? false,
    throttle: {
      ...(throttle?.user && { user: throttle.user }),
      ...(throttle?.address && { address: throttle.address }),
      counter: throttle?.counter ?? 'memory',
    },
    state: stateOf(state ?? 'sqlite:./var/state.sqlite3', folder),
    metrics: metrics && { host: metrics.host ?? '127.0.0.1', port: metrics.port },
    apache: {
      ...(apache?.binary !== undefined && { binary: resolve(folder, apache.binary) }),
      ...(apache?.modules !== undefined && { modules: resolve(folder, apache.modules) }),
    },
    limits: limitsOf(parsed.data.limits),
    shares: shares.map((share) => resolveShare(share, folder)),
    grants: shares.flatMap(grantsOf),
  };
  problems.push(...secretsInShares(declaration.shares, keptFiles(declaration, resolve(file))));
  if (problems.length > 0) throw new DeclarationError(file, problems);
  return declaration;
}

interface NumberedShare {
  readonly share: ShareInput;
  readonly index: number;
}

/** The shares that can be understood by themselves, whatever else is wrong, so that all problems show at once. */
function sharesOf(json: unknown): NumberedShare[] {
  const list = typeof json === 'object' && json !== null && 'shares' in json ? json.shares : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((candidate: unknown, index) => {
    const parsed = shareSchema.safeParse(candidate);
    return parsed.success ? [{ share: parsed.data, index }] : [];
  });
}

function missingSiteOf(json: unknown, surroundings: Surroundings): Problem[] {
  const input = typeof json === 'object' && json !== null && 'django' in json ? json.django : undefined;
  const parsed = djangoSchema.safeParse(input);
  if (!parsed.success) return [];
  return missingSite(parsed.data, djangoOf(parsed.data, surroundings.folder), surroundings);
}

function djangoOf(input: DjangoInput, folder: string): DjangoDeclaration {
  if (!('project' in input)) return { kind: 'site', site: siteOf(input, folder) };
  const { project, settings, python, alias } = input;
  const searchPath = input.searchPath === undefined ? undefined : parseSearchPath(input.searchPath);
  return {
    kind: 'project',
    project: resolve(folder, project),
    settings,
    // A bare name is looked for in PATH, as a shell does.
    ...(python !== undefined && { python: python.includes('/') ? resolve(folder, python) : python }),
    ...(alias !== undefined && { alias }),
    ...(searchPath && { searchPath }),
  };
}

function overlaps(shares: readonly NumberedShare[]): Problem[] {
  return shares.flatMap(({ share, index }, order) => {
    const place = placeOf(['shares', index, 'path']);
    const rulePaths = (share.rules ?? []).map(({ path }) => path.normalize('NFC'));
    const doubled = rulePaths.flatMap((path, rule) =>
      rulePaths.indexOf(path) < rule
        ? [
            {
              place: placeOf(['shares', index, 'rules', rule, 'path']),
              message: `${path} has a rule already`,
            },
          ]
        : [],
    );
    const clash = shares
      .slice(0, order)
      .find(
        ({ share: other }) => isSameOrBelow(other.path, share.path) || isSameOrBelow(share.path, other.path),
      );
    if (!clash) return doubled;
    const other = `shares[${clash.index}]`;
    const message =
      clash.share.path === share.path
        ? `${share.path} is the path of ${other} already`
        : `${share.path} overlaps with ${clash.share.path} of ${other}; use \`rules\` for a path inside a share`;
    return [{ place, message }, ...doubled];
  });
}

function resolveShare(share: ShareInput, folder: string): Share {
  const common = { path: serverPathOf(share.path), policy: policyOf(share) };
  switch (share.kind) {
    case 'static':
      return {
        ...common,
        kind: 'static',
        root: resolve(folder, share.root),
        trust: share.scripts === true ? 'trusted' : 'sandboxed',
        ...(share.hide === undefined ? {} : { hide: share.hide }),
      };
    case 'svn':
      return {
        ...common,
        kind: 'svn',
        source: sourceOf(share, folder),
        ...(share.authz !== undefined && { authz: resolve(folder, share.authz) }),
        ...(share.autoversioning === true && { autoversioning: true }),
      };
    case 'webdav': {
      const { root, storage, durability, quota, hide, depthInfinity } = share;
      const bytes = quota === undefined ? undefined : parseBytes(quota);
      return {
        ...common,
        kind: 'webdav',
        ...(bytes === undefined ? {} : { quota: bytes }),
        ...(hide === undefined ? {} : { hide }),
        ...(depthInfinity === true && { depthInfinity }),
        storage:
          storage === undefined
            ? { kind: 'folder', root: resolve(folder, root ?? '.'), durability: durability ?? 'full' }
            : { kind: 'module', module: storage.module, options: storage.options ?? {} },
      };
    }
  }
}

function sourceOf(share: SvnShareInput, folder: string): SvnSource {
  const { repositories, repository, upstream, upstreamSecretFile, upstreamAuthzFile } = share;
  if (upstream !== undefined) {
    return {
      kind: 'upstream',
      origin: upstream,
      secretFile: resolve(folder, upstreamSecretFile ?? ''),
      ...(upstreamAuthzFile !== undefined && { authzFile: resolve(folder, upstreamAuthzFile) }),
    };
  }
  return repository === undefined
    ? { kind: 'repositories', folder: resolve(folder, repositories ?? '.') }
    : { kind: 'repository', folder: resolve(folder, repository) };
}

/** @throws RangeError for a URL that the schema refuses */
function stateOf(url: string, folder: string): StateDeclaration {
  const location = parseStateUrl(url, folder);
  if (typeof location === 'string') throw new RangeError(`The state database URL ${location}.`);
  return location;
}
