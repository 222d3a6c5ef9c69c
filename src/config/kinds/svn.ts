import { resolve } from 'node:path';
import { z } from 'zod';
import { reporter, text } from '../fields.js';
import { policyOf } from '../rules.js';
import { access, folder, rules, write } from './access.js';
import { common, type Surroundings, type CommonShare, type NamedPlace, type Secret } from './share.js';
import { wrongSvnFolder } from './svn-folders.js';

export const svnSchema = z
  .strictObject({
    ...access,
    path: access.path.refine(
      (path) => !/[*[\]]|\$\{/.test(path),
      'must not contain `*`, `[`, `]` or `${` in an svn share: they mean something else to Apache',
    ),
    kind: z.literal('svn'),
    repositories: folder
      .optional()
      .describe('A folder of Subversion repositories (SVNParentPath); relative to this file.'),
    repository: folder
      .optional()
      .describe(
        'Instead of `repositories`: one repository (SVNPath), whose root is the share; relative to this file.',
      ),
    upstream: z
      .string()
      .regex(
        /^https?:\/\/([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?$/,
        'must be an origin such as "http://127.0.0.1:8081"',
      )
      .optional()
      .describe(
        'Instead of `repositories`: an Apache of your own, with the configuration that `davgate apache-conf` prints.',
      ),
    upstreamSecretFile: text
      .optional()
      .describe('The file with the secret that `upstream` requires; relative to this file.'),
    upstreamAuthzFile: text
      .optional()
      .describe('The file that davgate writes for `upstream` if there is an `authz`; relative to this file.'),
    authz: text
      .optional()
      .describe(
        'Rules for paths inside the repositories, in the format of svn\u2019s own authz files; relative to this file.',
      ),
    autoversioning: z
      .boolean()
      .optional()
      .describe(
        'Whether WebDAV clients that do not know Subversion may write; each change becomes a commit. Default: false.',
      ),
    write: write.optional(),
    rules,
  })
  .superRefine((share, context) => {
    const problem = reporter(context);
    const { repositories, repository, upstream, upstreamSecretFile, upstreamAuthzFile, authz } = share;
    if ([repositories, repository, upstream].filter((source) => source !== undefined).length !== 1) {
      problem(
        'needs exactly one of "repositories" (a folder of them), "repository" and "upstream" (an Apache)',
      );
    }
    if ((upstream === undefined) !== (upstreamSecretFile === undefined)) {
      problem('"upstream" and "upstreamSecretFile" must be set together');
    }
    if ((upstream !== undefined && authz !== undefined) !== (upstreamAuthzFile !== undefined)) {
      problem('"upstreamAuthzFile" must be set if both "upstream" and "authz" are set, and only then');
    }
    for (const [index, { path }] of (share.rules ?? []).entries()) {
      if (repository !== undefined) {
        const message = 'a share of one repository cannot have rules; use "authz" for paths inside it';
        problem(message, 'rules', index);
      } else if (path.lastIndexOf('/') !== 0) {
        problem(
          'in an svn share each rule must name a repository, such as "/sample", not a path inside one; use "authz" for those',
          ...['rules', index],
        );
      }
    }
  });

/** Where an svn share's repositories are; folders and files are absolute. */
export type SvnSource =
  | { readonly kind: 'repositories' | 'repository'; readonly folder: string }
  | {
      readonly kind: 'upstream';
      /** Scheme, host and port of an Apache that the administrator runs. */
      readonly origin: string;
      readonly secretFile: string;
      /** The file that davgate writes for that Apache if the share has path rules. */
      readonly authzFile?: string;
    };

export interface SvnShare extends CommonShare {
  readonly kind: 'svn';
  readonly source: SvnSource;
  /** A file of path rules in svn's own format; absolute. */
  readonly authz?: string;
  /** Whether davgate commits what a plain WebDAV client changes. */
  readonly autoversioning?: boolean;
}

type SvnInput = z.infer<typeof svnSchema>;

export function resolveSvn(share: SvnInput, { folder: base }: Surroundings): SvnShare {
  const source = sourceOf(share, base);
  const authz = share.authz === undefined ? undefined : resolve(base, share.authz);
  return {
    ...common(share, policyOf(share)),
    kind: 'svn',
    words: inWords(share, source, authz),
    source,
    ...(authz !== undefined && { authz }),
    ...(share.autoversioning === true && { autoversioning: true }),
    places: placesOf(share, source, authz),
    ...(source.kind !== 'upstream' && { home: { key: source.kind, path: source.folder, served: false } }),
    secrets: secretsOf(share.path, source, authz),
  };
}

function sourceOf(share: SvnInput, base: string): SvnSource {
  const { repositories, repository, upstream, upstreamSecretFile, upstreamAuthzFile } = share;
  if (upstream !== undefined) {
    return {
      kind: 'upstream',
      origin: upstream,
      secretFile: resolve(base, upstreamSecretFile ?? ''),
      ...(upstreamAuthzFile !== undefined && { authzFile: resolve(base, upstreamAuthzFile) }),
    };
  }
  return repository === undefined
    ? { kind: 'repositories', folder: resolve(base, repositories ?? '.') }
    : { kind: 'repository', folder: resolve(base, repository) };
}

function inWords({ autoversioning = false }: SvnInput, source: SvnSource, authz: string | undefined): string {
  const paths =
    (authz === undefined ? '' : `, with path rules from ${authz}`) +
    (autoversioning ? ', where each change by a WebDAV client becomes a commit' : '');
  switch (source.kind) {
    case 'repositories':
      return `Subversion repositories in ${source.folder}${paths}`;
    case 'repository':
      return `the Subversion repository ${source.folder}${paths}`;
    case 'upstream':
      return `Subversion through the Apache at ${source.origin}${paths}`;
  }
}

function placesOf(share: SvnInput, source: SvnSource, authz: string | undefined): NamedPlace[] {
  const file = (key: 'authz' | 'upstreamSecretFile' | 'upstreamAuthzFile', path: string | undefined) => {
    const use = key === 'upstreamAuthzFile' ? 'make' : 'read';
    return path === undefined ? [] : [{ key, what: 'file', value: share[key] ?? '', path, use } as const];
  };
  const rulesFile = file('authz', authz);
  if (source.kind === 'upstream') {
    return [
      ...file('upstreamSecretFile', source.secretFile),
      ...rulesFile,
      ...file('upstreamAuthzFile', source.authzFile),
    ];
  }
  const { kind: key, folder: path } = source;
  const fault = (there: string): string | undefined => wrongSvnFolder(key, there);
  return [{ key, what: 'folder', value: share[key] ?? '', path, use: 'read', fault }, ...rulesFile];
}

function secretsOf(path: string, source: SvnSource, authz: string | undefined): Secret[] {
  const rulesFiles = [authz, source.kind === 'upstream' ? source.authzFile : undefined];
  return [
    source.kind === 'upstream'
      ? { what: 'the secret of an svn share', path: source.secretFile }
      : { what: `the repositories of ${path}`, path: source.folder, whole: true },
    ...rulesFiles.flatMap((file) =>
      file === undefined ? [] : [{ what: 'path rules of an svn share', path: file }],
    ),
  ];
}
