import { closeSync, existsSync, openSync, readSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Declaration } from '../../src/config/declaration.js';
import { absence, errorCode, realPathOf } from '../../src/config/files.js';
import type { TlsFiles } from '../../src/database/location.js';
import type { DjangoSite } from '../../src/django/site.js';
import { statePlace } from '../../src/state/owner-only.js';
import { finding, type Finding } from '../../src/config/problems.js';
import { closedToWriting, unreadableFile, unwritableFile } from '../../src/config/rights.js';

/** The first bytes of every SQLite database (https://www.sqlite.org/fileformat.html). */
const magic = 'SQLite format 3\0';

/** Why davgate cannot store its state in the declared file. For a database on a server, see site.ts. */
export function stateFindings(
  { state }: Pick<Declaration, 'state'>,
  user: string,
  uid: number | undefined,
): Finding[] {
  const fault = state.kind === 'sqlite' ? faultOfFile(state.file, user, uid) : undefined;
  return fault === undefined ? [] : [finding('refusal', 'state', fault)];
}

/** The state must not be in the site's database: davgate would write its own tables to it. */
export function stateInSite(
  { state }: Pick<Declaration, 'state'>,
  { database }: DjangoSite<TlsFiles>,
): Finding[] {
  if (state.kind !== 'sqlite' || database.kind !== 'sqlite') return [];
  if (realPathOf(state.file) !== realPathOf(database.file)) return [];
  const message = 'is Django\u2019s own database, which davgate only reads: name another database';
  return [finding('refusal', 'state', message)];
}

function faultOfFile(file: string, user: string, uid: number | undefined): string | undefined {
  const folder = nearestFolder(dirname(file));
  const what =
    folder === dirname(file)
      ? `the folder ${folder}`
      : `the folder ${dirname(file)} cannot be created, because ${folder}`;
  const absent = absence('folder', folder, user);
  if (absent !== undefined) return `${what} ${absent}`;
  const closed = closedToWriting(folder, user);
  if (closed !== undefined) return `${what}: ${closed}`;
  if (isTheKernels(folder))
    return `${what}: the kernel provides this folder, and it stores no files: name another place`;
  if (isFull(folder))
    return `no space is left on the disk that holds ${folder}: free some space, or name another place`;
  const place = folder === dirname(file) ? statePlace(file, uid) : undefined;
  if (place?.kind === 'fault') return place.words;
  if (!existsSync(file)) return undefined;
  const fault = absence('file', file, user);
  if (fault !== undefined) return `the file ${file} ${fault}`;
  // SQLite creates these for a database in WAL mode. A davgate that ran as another user may have left them.
  for (const each of [file, `${file}-wal`, `${file}-shm`].filter((name) => existsSync(name))) {
    const unwritable = unreadableFile(each, user) ?? unwritableFile(each, user);
    if (unwritable !== undefined) return `the file ${each}: ${unwritable}`;
  }
  return isDatabase(file)
    ? undefined
    : `the file ${file} is not an SQLite database: name another file, or move this one away so that davgate creates a new one`;
}

/** `folder`, or its nearest ancestor that exists: davgate creates the folders below it. */
function nearestFolder(folder: string): string {
  const parent = dirname(folder);
  try {
    statSync(folder);
    return folder;
  } catch (error) {
    return errorCode(error) === 'ENOENT' && parent !== folder ? nearestFolder(parent) : folder;
  }
}

/**
 * Whether a folder belongs to a file system of the kernel that stores no files (statfs(2): proc, sysfs, cgroup2,
 * devpts).
 */
function isTheKernels(folder: string): boolean {
  try {
    return [0x9fa0, 0x62656572, 0x63677270, 0x1cd1].includes(statfsSync(folder).type);
  } catch {
    return false;
  }
}

function isFull(folder: string): boolean {
  try {
    const { blocks, bavail } = statfsSync(folder);
    // Some file systems report no blocks.
    return blocks > 0 && bavail === 0;
  } catch {
    return false;
  }
}

/** Whether a file is an SQLite database. An empty file counts as a new one. */
function isDatabase(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const begin = Buffer.alloc(magic.length);
    const length = readSync(descriptor, begin, 0, begin.length, 0);
    return length === 0 || begin.toString('latin1') === magic;
  } finally {
    closeSync(descriptor);
  }
}
