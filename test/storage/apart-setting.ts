import { realpathSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { ApartStorage } from '../../src/storage/apart/apart-storage.js';
import type { FolderProgram } from '../../src/storage/apart/folder-process.js';
import type { ServedFolder } from '../../src/storage/apart/messages.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';

export const folderProgram: FolderProgram = {
  file: new URL('../../server/shares/folder-program.js', import.meta.url),
  variables: {},
};

/** Storage by a process of its own in a folder of its own, for one test. */
export function apartStorage(
  t: TestContext,
  durability: ServedFolder['durability'] = 'relaxed',
): { folder: string; storage: ApartStorage } {
  const folder = realpathSync(temporaryFolder(t));
  const served = { folder, links: 'followed', durability, host: 'here', limit: 10_000 } as const;
  const storage = new ApartStorage({ served, program: folderProgram });
  t.after(() => storage.close());
  return { folder, storage };
}
