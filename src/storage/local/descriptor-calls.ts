import { close, closeSync, constants, fdatasync, fsync, openSync, writev, writevSync } from 'node:fs';
import { promisify } from 'node:util';

const writeSome = promisify(writev);

/** Puts the content of a file on the disk. */
export const syncData = promisify(fdatasync);

/** Closes a file; on some file systems that sends what was written, which takes time. */
export const closeSlowly = promisify(close);

const sync = promisify(fsync);

/** Writes all of these chunks at the file's position. */
export async function writeAll(descriptor: number, chunks: readonly Buffer[]): Promise<void> {
  let rest = chunks;
  while (rest.length > 0) {
    const { bytesWritten } = await writeSome(descriptor, rest);
    rest = without(bytesWritten, rest);
  }
}

/** The same at once, for a few bytes: a trip through the thread pool takes longer than to write them. */
export function writeAllSync(descriptor: number, chunks: readonly Buffer[]): void {
  let rest = chunks;
  while (rest.length > 0) rest = without(writevSync(descriptor, rest), rest);
}

/** What is left to write of some chunks. */
function without(written: number, chunks: readonly Buffer[]): readonly Buffer[] {
  let left = written;
  const first = chunks.findIndex((chunk) => {
    if (left < chunk.length) return true;
    left -= chunk.length;
    return false;
  });
  if (first === -1) return [];
  return chunks.slice(first).map((chunk, index) => (index === 0 ? chunk.subarray(left) : chunk));
}

/** Makes renames into and out of a folder, or what was written to a file, permanent. */
export async function syncPath(path: string): Promise<void> {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    await sync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
