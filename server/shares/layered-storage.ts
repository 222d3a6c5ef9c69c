import type { WebdavShare } from '../../src/config/kinds/webdav.js';
import { HidingStorage, hiddenNames } from '../../src/storage/hiding-storage.js';
import { LimitedStorage } from '../../src/storage/limited-storage.js';
import type { DavStorage } from '../../src/storage/storage.js';
import type { DeclaredShare } from '../../src/config/share-schema.js';
import type { Links } from '../../src/storage/local/confined-root.js';

/** A share's storage with the layers that the declaration asks for, and how to release them. */
export function layeredStorage(
  { quota, hide }: Pick<WebdavShare, 'quota' | 'hide'>,
  storage: DavStorage,
): {
  readonly storage: DavStorage;
  /** Undefined if the share has no quota. */
  readonly limited: LimitedStorage | undefined;
  readonly close: () => void;
} {
  const limited = quota === undefined ? undefined : new LimitedStorage(storage, quota);
  return {
    storage: hidingStorage(hide, limited ?? storage),
    limited,
    close: () => {
      limited?.close();
    },
  };
}

/** The storage without the names that these patterns hide. */
export function hidingStorage(hide: readonly string[] | undefined, storage: DavStorage): DavStorage {
  return hide === undefined ? storage : new HidingStorage(storage, hiddenNames(hide));
}

/** Rules apply to the path in the request, so a link could bypass a strict rule: shares with rules hide links. */
export function linksIn({ policy }: Pick<DeclaredShare, 'policy'>): Links {
  return policy.rules.length > 1 ? 'hidden' : 'followed';
}
