import { renameSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Arrival, Aside } from '../storage.js';
import { errnoOf } from './errno.js';
import type { Reach } from './held.js';
import { originText } from './origin.js';
import type { Place } from './place.js';
import { removeLocalTree, unlinkIfThere } from './remove-local-tree.js';
import { syncPath } from './descriptor-calls.js';
import type { Durability } from './replace-file.js';
import type { Staged, Staging } from './staging.js';

/** How and where to set things aside. */
interface Means {
  readonly reach: Reach;
  readonly staging: Staging;
  readonly durability: Durability;
}

/**
 * Renames what is at a place into the staging folder. A file beside it records the original location, so that the next
 * start can undo this after a crash; that file reaches the disk first. Nothing slow happens afterwards until the
 * successor is there.
 * @param place is closed in the end
 * @returns undefined if it cannot be renamed, for example a mount point
 */
export async function setAside(means: Means, place: Place, arrival: Arrival): Promise<Aside | undefined> {
  const { reach, staging, durability } = means;
  const staged = newFileFor(place, staging);
  const [name, origin] = [`${staged.name}.aside`, `${staged.path}.origin`];
  const aside = `${staged.folder.path}/${name}`;
  const forget = (): void => {
    unlinkIfThere(origin);
    staged.release();
    place.close();
  };
  const last = async (...folders: readonly string[]): Promise<void> => {
    if (durability === 'full') for (const folder of folders) await syncPath(folder);
  };
  try {
    const text = originText(relative(staged.base, place.real), arrival);
    await writeFile(origin, text, { flag: 'wx', mode: 0o600, flush: durability === 'full' });
    await last(staged.folder.path, `${staged.folder.path}/..`);
    place.requireInPlace();
    renameSync(place.path, aside);
  } catch (error) {
    forget();
    if (errnoOf(error) === 'EXDEV' || errnoOf(error) === 'EBUSY') return undefined;
    throw error;
  }
  return {
    putBack: async () => {
      try {
        place.requireInPlace();
        renameSync(aside, place.path);
        await last(staged.folder.path, place.folder.path);
        unlinkIfThere(origin);
      } finally {
        staged.release();
        place.close();
      }
    },
    discard: async () => {
      try {
        // The successor is complete: from now on nothing of this is put back.
        unlinkIfThere(origin);
        await last(staged.folder.path);
        await removeLocalTree(reach, staged.folder, name);
      } finally {
        forget();
      }
    },
  };
}

function newFileFor(place: Place, staging: Staging): Staged {
  try {
    return staging.newFile(place.folder);
  } catch (error) {
    place.close();
    throw error;
  }
}
