import { constants, fstatSync, futimesSync, lstatSync, renameSync } from 'node:fs';
import { copyFile, open, rm } from 'node:fs/promises';
import { errnoOf } from './errno.js';
import { freshModificationTime } from './file-stat.js';
import { keepOwnership, syncPath, type Durability } from './replace-file.js';

export interface Copy {
  /** The real path of the file to copy. */
  readonly source: string;
  /** A new path on the file system of `parent`. */
  readonly staged: string;
  readonly parent: string;
  /** Makes a new path in `parent` itself, for where a rename from `staged` is refused, as on a bind mount. */
  readonly beside: () => string;
  /** The file to make or replace. */
  readonly real: string;
  readonly durability: Durability;
}

/** Copies a file aside, shared block by block where the file system can, and renames it into its place. */
export async function copyInto(copy: Copy): Promise<void> {
  try {
    await copyBy(copy);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    await copyBy({ ...copy, staged: copy.beside() });
  }
}

async function copyBy({ source, staged, parent, real, durability }: Copy): Promise<void> {
  try {
    await copyFile(source, staged, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const handle = await open(staged, 'r');
    try {
      if (durability === 'full') await handle.datasync();
      const current = lstatSync(real, { throwIfNoEntry: false });
      keepOwnership(handle.fd, current ?? fstatSync(handle.fd));
      const time = freshModificationTime();
      futimesSync(handle.fd, time, time);
      renameSync(staged, real);
    } finally {
      await handle.close();
    }
    if (durability === 'full') await syncPath(parent);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}
