import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Declaration } from '../../src/config/declaration.js';
import type { NamedPlace } from '../../src/config/kinds/share.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import { absence, isAtOrBelow, realPathOf } from '../../src/config/files.js';
import { finding, placeOf, type Finding } from '../../src/config/problems.js';
import { secretsInShares } from '../../src/config/secrets-in-shares.js';
import { hiddenNames } from '../../src/storage/hiding-storage.js';
import { closedToReading, closedToWriting, unreadableFile } from '../../src/config/rights.js';

/** Sample names: any sensible pattern leaves at least one of them visible. */
const ordinaryNames = [
  'a',
  'Handbook.md',
  'Minutes 2026',
  'photo.JPG',
  '.profile',
  '2026-01-14.csv',
  'archive.tar.gz',
];

/** One of davgate's own files, which stands for its whole program folder. */
const program = fileURLToPath(import.meta.url);

/** Python starts in the project's folder and looks for modules there. */
export function projectFindings({ django }: Pick<Declaration, 'django'>, user: string): Finding[] {
  if (django.kind !== 'project') return [];
  const fault = closedToReading(django.project, user);
  if (fault === undefined) return [];
  return [finding('refusal', 'django.project', `the folder ${django.project}: ${fault}`)];
}

/** Missing access to the folders and files that shares name, and settings that are probably mistakes. */
export function folderFindings({ shares }: Pick<Declaration, 'shares'>, user: string): Finding[] {
  return [
    ...shares.flatMap((share, index) => [...rightsOf(share, index, user), ...hidingAll(share, index)]),
    ...nested(shares),
  ];
}

function rightsOf(share: DeclaredShare, index: number, user: string): Finding[] {
  // slow-folders.ts looks at a folder that may hang.
  if (share.disk?.calls === 'async') return [];
  return share.places.flatMap((named) => {
    const place = placeOf(['shares', index, named.key]);
    const { gravity, what, fault } = rightsAt(named, share.isWritten, user);
    return fault === undefined ? [] : [finding(gravity, place, `${what}: ${fault}`)];
  });
}

export interface Rights {
  readonly gravity: Finding['gravity'];
  readonly what: string;
  readonly fault: string | undefined;
}

/** What this process may not do in a place that exists. */
export function rightsAt(
  { what: kind, path, use }: Pick<NamedPlace, 'what' | 'path' | 'use'>,
  isWritten: boolean,
  user: string,
): Rights {
  const what = `the ${kind} ${path}`;
  if (use === 'make') {
    return { gravity: 'refusal', what: `the folder ${dirname(path)}`, fault: unmakeable(path, user) };
  }
  if (kind === 'file') return { gravity: 'refusal', what, fault: unreadableFile(path, user) };
  const reading = closedToReading(path, user);
  if (reading !== undefined || use === 'read' || !isWritten)
    return { gravity: 'refusal', what, fault: reading };
  const writing = closedToWriting(path, user);
  return { gravity: 'warning', what, fault: writing && `${writing}; or declare "write": false` };
}

/** davgate writes a new file in the same folder and renames it. */
function unmakeable(file: string, user: string): string | undefined {
  const folder = dirname(file);
  return absence('folder', folder, user) ?? closedToWriting(folder, user);
}

function hidingAll(share: DeclaredShare, index: number): Finding[] {
  if (!('hide' in share)) return [];
  const isHidden = hiddenNames(share.hide);
  if (!ordinaryNames.every(isHidden)) return [];
  const message = `hides every name, so ${share.path} looks empty and accepts no files: use patterns that match only some names, such as "*.tmp"`;
  return [finding('warning', placeOf(['shares', index, 'hide']), message)];
}

/**
 * Shares of folders where davgate, the Apache that it runs, or Python store files that they read again later.
 * @param temporaryFolders absolute paths
 */
export function temporaryFindings(
  { shares }: Pick<Declaration, 'shares'>,
  temporaryFolders: readonly string[],
): Finding[] {
  const secrets = temporaryFolders.map((path) => ({ what: `the folder ${path} for temporary files`, path }));
  const kept = [...secrets, { what: 'davgate\u2019s own program', path: program }];
  return secretsInShares(shares, kept).map(({ place, message }) => finding('refusal', place, message));
}

/** Shares inside the folder of another share. That is allowed, but two sets of rules then apply to the same files. */
function nested(shares: readonly DeclaredShare[]): Finding[] {
  const folders = shares.flatMap(({ path, home, disk }, index) => {
    if (!home) return [];
    const real = disk?.calls === 'async' ? disk.real : realPathOf(home.path);
    return [{ path, place: placeOf(['shares', index, home.key]), real }];
  });
  return folders.flatMap((inner, order) =>
    folders
      .filter((outer, other) => {
        const same = outer.real === inner.real;
        return other !== order && (same ? other < order : isAtOrBelow(outer.real, inner.real));
      })
      .map((outer) =>
        finding(
          'warning',
          inner.place,
          `lies in the folder of the share ${outer.path}, so its files are also reachable there, under the rules of ` +
            `${outer.path}: move one of the folders, or use \`rules\` in a single share`,
        ),
      ),
  );
}
