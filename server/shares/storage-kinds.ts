import { tmpdir } from 'node:os';
import type { StorageDeclaration, WebdavShare } from '../../src/config/kinds/webdav.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { loadFileSystem } from '../../src/storage/module/file-system-module.js';
import { ModuleStorage } from '../../src/storage/module/module-storage.js';
import type { DavStorage } from '../../src/storage/storage.js';
import { linksIn } from './links.js';
import type { ShareParts } from './share.js';

/** A storage, and how to release it. */
interface OpenStorage {
  readonly storage: DavStorage;
  readonly close: () => Promise<void> | void;
}

type StorageOf<K extends StorageDeclaration['kind']> = Extract<StorageDeclaration, { readonly kind: K }>;

type StorageKinds = {
  readonly [K in StorageDeclaration['kind']]: (
    declared: StorageOf<K>,
    share: Pick<WebdavShare, 'policy'>,
    parts: Pick<ShareParts, 'stagingOwner' | 'bodyMemory' | 'fileSystems'>,
  ) => OpenStorage | Promise<OpenStorage>;
};

/** All kinds of storage. To add one, write its file and its schema, and register it here. */
const storageKinds: StorageKinds = {
  folder: ({ root, durability }, share, { stagingOwner: owner, bodyMemory: memory }) => {
    const storage = new LocalStorage(root, { owner, durability, memory, links: linksIn(share) });
    return {
      storage,
      close: () => {
        storage.close();
      },
    };
  },
  module: async ({ module, options, folder }, _share, { fileSystems }) => {
    const files = await fileSystems.use(JSON.stringify([folder, module, options]), () =>
      loadFileSystem(module, folder, options),
    );
    return {
      storage: new ModuleStorage(files.value, { temporaryFolder: tmpdir() }),
      close: files.release,
    };
  },
};

/** Opens the storage of a share. @throws Failure `unavailable` */
export function openStorage<K extends StorageDeclaration['kind']>(
  declared: StorageOf<K>,
  share: Pick<WebdavShare, 'policy'>,
  parts: Pick<ShareParts, 'stagingOwner' | 'bodyMemory' | 'fileSystems'>,
): OpenStorage | Promise<OpenStorage> {
  const kind: K = declared.kind;
  return storageKinds[kind](declared, share, parts);
}
