import { tmpdir } from 'node:os';
import type { StorageDeclaration, WebdavShare } from '../../src/config/kinds/webdav.js';
import { loadFileSystem } from '../../src/storage/module/file-system-module.js';
import { ModuleStorage } from '../../src/storage/module/module-storage.js';
import { openFolder, type OpenStorage } from './open-folder.js';
import type { ShareParts } from './share.js';

type StorageParts = Pick<ShareParts, 'stagingOwner' | 'bodyMemory' | 'fileSystems' | 'environment' | 'log'>;

type StorageOf<K extends StorageDeclaration['kind']> = Extract<StorageDeclaration, { readonly kind: K }>;

type StorageKinds = {
  readonly [K in StorageDeclaration['kind']]: (
    declared: StorageOf<K>,
    share: Pick<WebdavShare, 'path' | 'policy'>,
    parts: StorageParts,
  ) => OpenStorage | Promise<OpenStorage>;
};

/** All kinds of storage. To add one, write its file and its schema, and register it here. */
const storageKinds: StorageKinds = {
  folder: openFolder,
  module: async ({ module, options, folder }, _share, { fileSystems }) => {
    const files = await fileSystems.use(JSON.stringify([folder, module, options]), () =>
      loadFileSystem(module, folder, options),
    );
    return {
      storage: new ModuleStorage(files.value, tmpdir()),
      close: files.release,
    };
  },
};

/** Opens the storage of a share. @throws Failure `unavailable` */
export function openStorage<K extends StorageDeclaration['kind']>(
  declared: StorageOf<K>,
  share: Pick<WebdavShare, 'path' | 'policy'>,
  parts: StorageParts,
): OpenStorage | Promise<OpenStorage> {
  const kind: K = declared.kind;
  return storageKinds[kind](declared, share, parts);
}
