import type { CommonShare } from '../../src/config/kinds/share.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import type { Disk } from '../../src/config/kinds/disk.js';
import { ApartStorage } from '../../src/storage/apart/apart-storage.js';
import type { Links } from '../../src/storage/local/confined-root.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import type { Durability } from '../../src/storage/local/replace-file.js';
import type { DavStorage } from '../../src/storage/storage.js';
import { loaderVariables } from '../environment.js';
import type { ShareParts } from './share.js';

interface DeclaredFolder {
  /** Absolute. */
  readonly root: string;
  readonly durability: Durability;
  readonly disk: Disk;
}

/** A storage, and how to release it. */
export interface OpenStorage {
  readonly storage: DavStorage;
  readonly close: () => Promise<void> | void;
}

const program = new URL('./folder-program.js', import.meta.url);

/** Opens a folder in the way that suits its disk. @throws Failure `unavailable` */
export function openFolder(
  { root, durability, disk }: DeclaredFolder,
  share: Pick<CommonShare, 'path' | 'policy'>,
  {
    stagingOwner: owner,
    bodyMemory: memory,
    environment,
    log,
  }: Pick<ShareParts, 'stagingOwner' | 'bodyMemory' | 'environment' | 'log'>,
): OpenStorage {
  const links = linksIn(share);
  if (disk.calls === 'sync') {
    const storage = new LocalStorage(root, { owner, durability, memory, links });
    return {
      storage,
      close: () => {
        storage.close();
      },
    };
  }
  const storage = new ApartStorage({
    served: { folder: disk.real, links, durability, host: owner.host, limit: disk.limit },
    program: { file: program, variables: loaderVariables(environment.variables) },
    onChange: (fault) => {
      if (fault)
        log.error({ share: share.path, err: fault }, 'this share answers 503 until its disk answers');
      else log.info({ share: share.path }, 'the disk of this share answers again');
    },
  });
  return { storage, close: () => storage.close() };
}

/** Rules apply to the path in the request, so a link could bypass a strict rule: shares with rules hide links. */
function linksIn({ policy }: Pick<DeclaredShare, 'policy'>): Links {
  return policy.rules.length > 1 ? 'hidden' : 'followed';
}
