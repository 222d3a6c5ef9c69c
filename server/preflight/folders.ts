import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Declaration } from '../../src/config/declaration.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import { absence, realPathOf } from '../../src/config/files.js';
import { placeOf } from '../../src/config/problems.js';
import { secretsInShares } from '../../src/config/secrets-in-shares.js';
import { hiddenNames } from '../../src/storage/hiding-storage.js';
import type { Finding } from './finding.js';
import { closedToReading, closedToWriting, unreadableFile } from './rights.js';

/** Names that any usual pattern leaves some of. */
const ordinaryNames = [
  'a',
  'Handbook.md',
  'Minutes 2026',
  'photo.JPG',
  '.profile',
  '2026-01-14.csv',
  'archive.tar.gz',
];

/** A part of davgate, which stands for all of it. */
const program = fileURLToPath(import.meta.url);

/** Python looks for modules in the project's folder, and is started there. */
export function projectFindings({ django }: Pick<Declaration, 'django'>, user: string): Finding[] {
  if (django.kind !== 'project') return [];
  const fault = closedToReading(django.project, user);
  return fault === undefined
    ? []
    : [{ gravity: 'refusal', place: 'django.project', message: `the folder ${django.project}: ${fault}` }];
}

/** What this process may not do in the folders and files that shares name, and what of them is probably not meant. */
export function folderFindings({ shares }: Pick<Declaration, 'shares'>, user: string): Finding[] {
  return [
    ...shares.flatMap((share, index) => [...rightsOf(share, index, user), ...hidingAll(share, index)]),
    ...nested(shares),
  ];
}

function rightsOf(share: DeclaredShare, index: number, user: string): Finding[] {
  const found = (
    gravity: Finding['gravity'],
    key: string,
    what: string,
    fault: string | undefined,
  ): Finding[] =>
    fault === undefined
      ? []
      : [{ gravity, place: placeOf(['shares', index, key]), message: `${what}: ${fault}` }];
  if (share.kind === 'svn') {
    const { source, authz } = share;
    return [
      ...(authz === undefined
        ? []
        : found('refusal', 'authz', `the file ${authz}`, unreadableFile(authz, user))),
      ...(source.kind === 'upstream'
        ? [
            ...found(
              'refusal',
              'upstreamSecretFile',
              `the file ${source.secretFile}`,
              unreadableFile(source.secretFile, user),
            ),
            ...(source.authzFile === undefined
              ? []
              : found(
                  'refusal',
                  'upstreamAuthzFile',
                  `the folder ${dirname(source.authzFile)}`,
                  unmakeable(source.authzFile, user),
                )),
          ]
        : found('refusal', source.kind, `the folder ${source.folder}`, closedToReading(source.folder, user))),
    ];
  }
  const root = rootOf(share);
  if (root === undefined) return [];
  const reading = closedToReading(root, user);
  if (reading !== undefined || !isWritten(share))
    return found('refusal', 'root', `the folder ${root}`, reading);
  const writing = closedToWriting(root, user);
  return found(
    'warning',
    'root',
    `the folder ${root}`,
    writing === undefined ? undefined : `${writing}; or declare "write": false`,
  );
}

/** davgate writes a new file beside and renames it. */
function unmakeable(file: string, user: string): string | undefined {
  const folder = dirname(file);
  return absence('folder', folder, user) ?? closedToWriting(folder, user);
}

/** Whether anybody may write anywhere in the share. */
export function isWritten({ policy }: DeclaredShare): boolean {
  return policy.rules.some(({ write }) => write !== false);
}

function rootOf(share: DeclaredShare): string | undefined {
  if (share.kind === 'static') return share.root;
  return share.kind === 'webdav' && share.storage.kind === 'folder' ? share.storage.root : undefined;
}

function hidingAll(share: DeclaredShare, index: number): Finding[] {
  if (share.kind === 'svn' || share.hide === undefined) return [];
  const isHidden = hiddenNames(share.hide);
  if (!ordinaryNames.every(isHidden)) return [];
  return [
    {
      gravity: 'warning',
      place: placeOf(['shares', index, 'hide']),
      message: `hides every name, so that ${share.path} looks empty and takes no file: a pattern is for whole names, such as "*.tmp"`,
    },
  ];
}

/**
 * Shares of folders in which davgate, the Apache that it runs and Python keep what they read again.
 * @param temporaryFolders absolute
 */
export function temporaryFindings(
  { shares }: Pick<Declaration, 'shares'>,
  temporaryFolders: readonly string[],
): Finding[] {
  const secrets = temporaryFolders.map((path) => ({ what: `the folder ${path} for temporary files`, path }));
  return secretsInShares(shares, [...secrets, { what: 'davgate\u2019s own program', path: program }]).map(
    (problem) => ({ gravity: 'refusal', ...problem }),
  );
}

/** That is allowed, but the files are then reached by two sets of rules. */
function nested(shares: readonly DeclaredShare[]): Finding[] {
  const folders = shares.flatMap((share, index) => {
    const [key, folder] =
      share.kind === 'svn'
        ? share.source.kind === 'upstream'
          ? []
          : [share.source.kind, share.source.folder]
        : ['root', rootOf(share)];
    return key === undefined || folder === undefined
      ? []
      : [{ share, place: placeOf(['shares', index, key]), real: realPathOf(folder) }];
  });
  return folders.flatMap((inner, order) =>
    folders
      .filter((outer, other) => {
        const same = outer.real === inner.real;
        return other !== order && (same ? other < order : isBelow(outer.real, inner.real));
      })
      .map((outer): Finding => ({
        gravity: 'warning',
        place: inner.place,
        message:
          `lies in the folder of the share ${outer.share.path}, so its files are reached there as well, by the rules of ` +
          `${outer.share.path}: move one of the folders, or use \`rules\` in one share`,
      })),
  );
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
