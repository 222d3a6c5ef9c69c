import type { TestContext } from 'node:test';
import { LocalStorage, type LocalStorageOptions } from '../../src/storage/local/local-storage.js';
import type { StagingOwner } from '../../src/storage/local/staging.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';

/** An owner of unfinished files on host `here`, of which only processes 1 and 2 run. */
export const owner: StagingOwner = {
  host: 'here',
  pid: 1,
  isAlive: (pid) => pid === 1 || pid === 2,
  now: Date.now,
  unfinished: new Set(),
};

export const localOptions: LocalStorageOptions = { owner, durability: 'relaxed' };

/** Storage in a folder of its own, for one test. */
export function localStorage(
  t: TestContext,
  options: LocalStorageOptions = localOptions,
): { folder: string; storage: LocalStorage } {
  const folder = temporaryFolder(t);
  return { folder, storage: new LocalStorage(folder, options) };
}
