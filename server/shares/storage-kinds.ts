import { tmpdir } from 'node:os';
import type { StorageDeclaration, WebdavShare } from '../../src/config/kinds/webdav.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { loadFileSystem } from '../../src/storage/module/file-system-module.js';
import { ModuleStorage } from '../../src/storage/module/module-storage.js';
import type { DavStorage } from '../../src/storage/storage.js';
import type { Links } from '../../src/storage/local/confined-root.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import type { ShareParts } from './share.js';

interface OpenStorage {
  readonly storage: DavStorage;
  readonly close: () => Promise<void> | void;
}

type StorageOf<K extends StorageDeclaration['kind']> = Extract<StorageDeclaration, { readonly kind: K }>;

type StorageKinds = {
  readonly [K in StorageDeclaration['kind']]: (
    declared: StorageOf<K>,
    share: Pick<WebdavShare, 'policy'>,
    parts: Pick<ShareParts, 'stagingOwner' | 'fileSystems'>,
  ) => OpenStorage | Promise<OpenStorage>;
};

/** Rules apply to the path in the request, so a link could bypass a strict rule: shares with rules hide links. */
export function linksIn({ policy }: Pick<DeclaredShare, 'policy'>): Links {
  return policy.rules.length > 1 ? 'hidden' : 'followed';
}

/** All kinds of storage. To add one, write its file and its schema, and register it here. */
const storageKinds: StorageKinds = {
  folder: ({ root, durability }, share, { stagingOwner: owner }) => {
    const storage = new LocalStorage(root, { owner, durability, links: linksIn(share) });
    return {
      storage,
      close: () => storage.close(),
    };
  },
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
  share: Pick<WebdavShare, 'policy'>,
  parts: Pick<ShareParts, 'stagingOwner' | 'fileSystems'>,
): OpenStorage | Promise<OpenStorage> {
  const kind: K = declared.kind;
  return storageKinds[kind](declared, share, parts);
}
