import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  openSync,
  renameSync,
  type Stats,
} from 'node:fs';
import { copyFile, open, type FileHandle } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Allowance } from '../../async/allowance.js';
import { freeAtOnce } from '../../async/free-at-once.js';
import { Failure } from '../../failure.js';
import type { AfterWriting, TakePlace, WriteOptions, Written } from '../storage.js';
import { ArrivingBody, fewBytes } from './arriving-body.js';
import { closeSlowly, syncData, syncPath, writeAll, writeAllSync } from './descriptor-calls.js';
import { errnoOf } from './errno.js';
import { fileStatOf, freshModificationTime, givenModificationTime, resourceStatOf } from './file-stat.js';
import type { Place } from './place.js';
import { putIfNothingIsThere } from './put-if-nothing.js';
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
  /** The memory of all bodies. */
  readonly memory: Allowance;
}

/**
 * Writes the body to a temporary file and renames that over the old file when it is complete; otherwise leaves nothing
 * behind.
 */
export async function replaceFile(replacement: Replacement): Promise<Written> {
  const { staged, place, durability } = replacement;
  const descriptor = openSync(staged, 'wx', 0o666);
  let received = 0;
  try {
    received = await receive(descriptor, replacement);
    if (durability === 'full') await syncData(descriptor);
    const written = await settle(descriptor, replacement);
    if (durability === 'full') await syncPath(place.folder.path);
    return written;
  } catch (error) {
    unlinkIfThere(staged);
    throw error;
  } finally {
    if (received <= fewBytes) closeSync(descriptor);
    else await closeSlowly(descriptor);
  }
}

async function settle(descriptor: number, replacement: Replacement): Promise<Written> {
  try {
    return await takePlace(descriptor, replacement, await replacement.ready?.());
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
  replacement: Replacement,
  take: TakePlace | undefined,
): Promise<Written> {
  const { staged, place, standing, modified, fresh = false } = replacement;
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
    if (!fresh || current) renameSync(staged, place.path);
    else if (!putIfNothingIsThere(staged, place.path)) return await again(descriptor, replacement);
    written = { stat: fileStatOf(fstatSync(descriptor)), created: current === undefined };
    return written;
  } finally {
    await over?.(written);
  }
}

/** Another process has put something there: what judges the place looks at that, too. */
async function again(descriptor: number, replacement: Replacement): Promise<Written> {
  return takePlace(descriptor, replacement, await replacement.ready?.());
}

/** Opens a file in a staging folder to change its attributes. */
export function openStaged(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
}

/** Writes a body to a file. @returns its bytes */
async function receive(descriptor: number, replacement: Replacement): Promise<number> {
  const { body, length, onBytes, memory, owner = '' } = replacement;
  let received = 0;
  let counted: Promise<void> = Promise.resolve();
  const arriving = new ArrivingBody(body, {
    memory,
    owner,
    onBytes: (bytes) => {
      received = bytes;
      if (length !== undefined && received > length) throw differentLength();
      const now = onBytes?.(bytes);
      if (!now) return;
      counted = counted.then(() => now);
      // Awaited below, perhaps after it has failed.
      counted.catch(() => undefined);
    },
  });
  try {
    for (;;) {
      const chunks = await arriving.take();
      await counted;
      if (chunks.length === 0) break;
      if (received <= fewBytes) writeAllSync(descriptor, chunks);
      else {
        await writeAll(descriptor, chunks);
        // Node's parser has copied them for this body alone.
        if (body instanceof IncomingMessage) freeAtOnce(chunks);
      }
    }
  } finally {
    arriving.leave();
  }
  if (length !== undefined && received !== length) throw differentLength();
  return received;
}

function differentLength(): Failure {
  return new Failure('malformed', 'The body was not as long as announced; the server stored nothing.');
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
