import { opendirSync, rmdirSync, unlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { errnoOf } from './errno.js';

/** Members removed between two turns of the event loop. */
const breath = 32;

/**
 * Removes whatever is at a real path, a folder with all below it; never the names of a whole folder are held at once.
 * Symbolic links are removed, not followed.
 */
export async function removeLocalTree(real: string): Promise<void> {
  try {
    unlinkSync(real);
    return;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return;
    // Linux says EISDIR of a folder, POSIX EPERM.
    if (code !== 'EISDIR' && code !== 'EPERM') throw error;
  }
  while (!removeEmpty(real)) {
    const folders: string[] = [];
    const folder = opendirSync(real);
    try {
      let done = 0;
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        const path = `${real}/${entry.name}`;
        if (entry.isDirectory()) folders.push(path);
        else unlinkSync(path);
        if (folders.length >= 1024) break;
        if ((done += 1) % breath === 0) await setImmediate();
      }
    } finally {
      folder.closeSync();
    }
    for (const path of folders) await removeLocalTree(path);
  }
}

/** @returns whether it is gone */
function removeEmpty(real: string): boolean {
  try {
    rmdirSync(real);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    if (errnoOf(error) !== 'ENOTEMPTY') throw error;
    return false;
  }
}
