import { closeSync, constants, linkSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { errnoOf } from './errno.js';

/** What link(2) says on a file system that has no hard links. */
const unlinkable: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/**
 * Moves a file to a free name on the same file system. Of several processes that do so at once, one succeeds: rename(2)
 * would replace what another has just put there, link(2) does not.
 * @returns false if something is there; nothing has changed then
 * @throws Node's error
 */
export function putIfNothingIsThere(staged: string, path: string): boolean {
  try {
    linkSync(staged, path);
    unlinkSync(staged);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    if (!unlinkable.has(errnoOf(error))) throw error;
  }
  return claimAndReplace(staged, path);
}

/** Without hard links, an empty file takes the name first; it can be seen for a moment. */
function claimAndReplace(staged: string, path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL));
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
  renameSync(staged, path);
  return true;
}
