import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import type { Arrival, Aside } from '../storage.js';
import { errnoOf } from './errno.js';
import { removeLocalTree } from './remove-local-tree.js';
import { syncPath, type Durability } from './replace-file.js';
import { originText, type Staging } from './staging.js';

/** What goes, and how its successor comes. */
export interface Leaving {
  readonly parent: string;
  readonly real: string;
  readonly arrival: Arrival;
}

/**
 * Renames what is at `real` into the staging folder. A file beside it says where it belongs, so that a crash in between
 * is undone at the next start.
 * @returns undefined where it cannot be renamed, as a mount point cannot
 */
export async function setAside(
  staging: Staging,
  durability: Durability,
  { parent, real, arrival }: Leaving,
): Promise<Aside | undefined> {
  const { aside, origin } = staging.newAside(parent);
  const forget = async (): Promise<void> => {
    await rm(origin, { force: true });
    staging.release(aside);
  };
  const last = async (): Promise<void> => {
    if (durability === 'relaxed') return;
    await syncPath(dirname(aside));
    await syncPath(parent);
  };
  try {
    await writeFile(origin, originText(relative(dirname(dirname(origin)), real), arrival), {
      flag: 'wx',
      flush: durability === 'full',
    });
    await rename(real, aside);
  } catch (error) {
    await forget();
    if (errnoOf(error) === 'EXDEV' || errnoOf(error) === 'EBUSY') return undefined;
    throw error;
  }
  try {
    await last();
  } catch (error) {
    await rename(aside, real);
    await forget();
    throw error;
  }
  return {
    putBack: async () => {
      await rename(aside, real);
      await last();
      await forget();
    },
    discard: async () => {
      // The successor is whole: from now on nothing of this comes back.
      await rm(origin, { force: true });
      await removeLocalTree(aside);
      await forget();
    },
  };
}
