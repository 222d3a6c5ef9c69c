import { constants, fchmodSync, fchownSync, fstatSync, futimesSync, renameSync, type Stats } from 'node:fs';
import { copyFile, open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Failure } from '../../failure.js';
import { chunksOf } from '../../async/body-chunks.js';
import type { AfterWriting, TakePlace, WriteOptions, Written } from '../storage.js';
import { errnoOf } from './errno.js';
import { fileStatOf, freshModificationTime, givenModificationTime, resourceStatOf } from './file-stat.js';
import type { Place } from './place.js';
import { unlinkIfThere } from './remove-local-tree.js';

export type Durability = 'full' | 'relaxed';

/** A file that is written elsewhere first and then moved to its place. */
export interface Arriving {
  /** A new path on the file system of the place. */
  readonly staged: string;
  /**
   * Makes a new path in the place's own folder, for cases in which a rename from `staged` is refused, such as a bind
   * mount.
   */
  readonly beside: () => string;
  /** The file to create or replace. */
  readonly place: Place;
  /** What is there now; throws if nothing may be put there. */
  readonly standing: () => Stats | undefined;
  readonly durability: Durability;
}

interface Replacement extends WriteOptions, Arriving {
  readonly body: Readable;
}

/**
 * Writes the body to a temporary file and renames that over the old file when it is complete; otherwise leaves nothing
 * behind.
 */
export async function replaceFile(replacement: Replacement): Promise<Written> {
  const { staged, place, durability } = replacement;
  const handle = await open(staged, 'wx', 0o666);
  try {
    await receive(handle, replacement);
    if (durability === 'full') await handle.datasync();
    const written = await settle(handle, replacement);
    if (durability === 'full') await syncPath(place.folder.path);
    return written;
  } catch (error) {
    unlinkIfThere(staged);
    throw error;
  } finally {
    await handle.close();
  }
}

async function settle(handle: FileHandle, replacement: Replacement): Promise<Written> {
  try {
    return await takePlace(handle.fd, replacement, await replacement.ready?.());
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
  }
  const beside = replacement.beside();
  await copyFile(replacement.staged, beside, constants.COPYFILE_EXCL);
  const copy = await openStaged(beside);
  try {
    if (replacement.durability === 'full') await copy.datasync();
    const written = await takePlace(copy.fd, { ...replacement, staged: beside }, await replacement.ready?.());
    unlinkIfThere(replacement.staged);
    return written;
  } catch (error) {
    unlinkIfThere(beside);
    throw error;
  } finally {
    await copy.close();
  }
}

/** Moves a file to its place and reports when that is over, however it ends. */
async function takePlace(
  descriptor: number,
  { staged, place, standing, modified }: Replacement,
  take: TakePlace | undefined,
): Promise<Written> {
  let over: AfterWriting | undefined;
  let written: Written | undefined;
  try {
    // Nothing is awaited from here on, so that no other request of this process replaces the file between the check
    // and the rename.
    const current = standing();
    over = take?.(current && resourceStatOf(current));
    if (current) keepOwnership(descriptor, current);
    const time = modified === undefined ? freshModificationTime() : givenModificationTime(modified);
    futimesSync(descriptor, time, time);
    place.requireInPlace();
    renameSync(staged, place.path);
    written = { stat: fileStatOf(fstatSync(descriptor)), created: current === undefined };
    return written;
  } finally {
    await over?.(written);
  }
}

/** Opens a file in a staging folder to change its attributes. */
export function openStaged(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
}

async function receive(handle: FileHandle, { body, length, onBytes }: Replacement): Promise<void> {
  let received = 0;
  for await (const chunk of chunksOf(body)) {
    received += chunk.length;
    if (length !== undefined && received > length) break;
    onBytes?.(received);
    await writeWhole(handle, chunk);
  }
  if (length !== undefined && received !== length) {
    throw new Failure('malformed', 'The body was not as long as announced; the server stored nothing.');
  }
}

async function writeWhole(handle: FileHandle, chunk: Buffer): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, written);
    written += bytesWritten;
  }
}

/**
 * Gives the new file the old one's owner and permission bits (set-user-ID and similar bits are dropped, as with any
 * write).
 */
export function keepOwnership(descriptor: number, old: Stats): void {
  const own = fstatSync(descriptor);
  if (own.uid !== old.uid || own.gid !== old.gid) {
    try {
      fchownSync(descriptor, old.uid, old.gid);
    } catch (error) {
      if (errnoOf(error) !== 'EPERM') throw error;
    }
  }
  const mode = old.mode & 0o777;
  if ((own.mode & 0o7777) !== mode) fchmodSync(descriptor, mode);
}

/** Makes renames into and out of a folder, or what was written to a file, permanent. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
