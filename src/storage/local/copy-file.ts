import { constants, fstatSync, futimesSync, renameSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { syncPath } from './descriptor-calls.js';
import { errnoOf } from './errno.js';
import { freshModificationTime } from './file-stat.js';
import type { Held } from './held.js';
import { unlinkIfThere } from './remove-local-tree.js';
import { keepOwnership, openStaged, type Arriving } from './replace-file.js';

interface Copy extends Arriving {
  /** The file to copy. */
  readonly source: Held;
}

/** Copies a file to a temporary one, sharing blocks if the file system can, and renames that into its place. */
export async function copyInto(copy: Copy): Promise<void> {
  try {
    await copyBy(copy);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    await copyBy({ ...copy, staged: copy.beside() });
  }
}

async function copyBy({ source, staged, place, standing, durability }: Copy): Promise<void> {
  try {
    await copyFile(source.path, staged, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const handle = await openStaged(staged);
    try {
      if (durability === 'full') await handle.datasync();
      keepOwnership(handle.fd, standing() ?? fstatSync(handle.fd));
      const time = freshModificationTime();
      futimesSync(handle.fd, time, time);
      place.requireInPlace();
      renameSync(staged, place.path);
    } finally {
      await handle.close();
    }
    if (durability === 'full') await syncPath(place.folder.path);
  } catch (error) {
    unlinkIfThere(staged);
    throw error;
  }
}
