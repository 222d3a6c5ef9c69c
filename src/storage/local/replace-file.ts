import { lstatSync, type Stats } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Failure, isFailure } from '../../failure.js';
import type { WriteOptions, Written } from '../storage.js';
import { errnoOf } from './errno.js';
import { fileStatOf, resourceStatOf } from './file-stat.js';

export type Durability = 'full' | 'relaxed';

export interface Replacement extends WriteOptions {
  /** A new path on the file system of `parent`. */
  readonly staged: string;
  readonly parent: string;
  /** The file to make or replace. */
  readonly real: string;
  readonly body: Readable;
  readonly durability: Durability;
}

/** Writes the body aside and, when it is whole, renames it over the old file; else nothing is left of it. */
export async function replaceFile(replacement: Replacement): Promise<Written> {
  const { staged, parent, real, durability, check } = replacement;
  const handle = await open(staged, 'wx', 0o666);
  try {
    await receive(handle, replacement);
    const current = lstatSync(real, { throwIfNoEntry: false });
    check?.(current && resourceStatOf(current));
    if (current) await keepOwnership(handle, current);
    if (durability === 'full') await handle.datasync();
    await rename(staged, real);
    if (durability === 'full') await syncFolder(parent);
    return { stat: fileStatOf(await handle.stat()), created: current === undefined };
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

// The body is not destroyed where writing fails: its socket must still carry the answer that says so.
async function receive(handle: FileHandle, { body, length }: Replacement): Promise<void> {
  let received = 0;
  const chunks: AsyncIterator<Buffer> = body.iterator({ destroyOnReturn: false });
  for (;;) {
    const next = await nextChunk(chunks);
    if (next === undefined) break;
    received += next.length;
    if (length !== undefined && received > length) break;
    await writeWhole(handle, next);
  }
  if (length !== undefined && received !== length) {
    throw new Failure('malformed', 'The body was not as long as announced; nothing was kept.');
  }
}

async function nextChunk(chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
  try {
    const next = await chunks.next();
    return next.done === true ? undefined : next.value;
  } catch (cause) {
    if (isFailure(cause)) throw cause;
    throw new Failure('malformed', 'The body broke off; nothing was kept.', { cause });
  }
}

async function writeWhole(handle: FileHandle, chunk: Buffer): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, written);
    written += bytesWritten;
  }
}

/** Gives the new file the old one's mode and, where this process may, its owner. */
async function keepOwnership(handle: FileHandle, old: Stats): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== old.uid || own.gid !== old.gid) {
    await handle.chown(old.uid, old.gid).catch((error: unknown) => {
      if (errnoOf(error) !== 'EPERM') throw error;
    });
  }
  if (own.mode !== old.mode) await handle.chmod(old.mode & 0o7777);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
