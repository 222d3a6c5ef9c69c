import { readAccess } from '../../src/access/required-access.js';
import type { StaticShare } from '../../src/config/kinds/static.js';
import { readOnlyMethods, refusalOfReadOnly } from '../../src/dav/read-only.js';
import { refuseServiceWorker } from '../../src/http/active-content.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { hidingStorage } from '../../src/storage/hiding-storage.js';
import { linksIn } from './storage-kinds.js';
import { openEach } from './open-each.js';
import { serveReadOnly } from './read-only.js';
import type { Share, ShareKind, ShareParts } from './share.js';

export const staticKind: ShareKind<StaticShare> = {
  words: 'Read-only files',
  names: 'portable',
  errors: 'dav',
  requires: readAccess,
  refuses: refusalOfReadOnly,
  open: (declared, parts) => openEach(declared, (share) => openStatic(share, parts)),
};

function openStatic(declared: StaticShare, { dav, stagingOwner: owner }: ShareParts): Share {
  const folder = new LocalStorage(declared.root, { owner, durability: 'relaxed', links: linksIn(declared) });
  const files = hidingStorage(declared.hide, folder);
  const { policy, trust } = declared;
  return {
    declared,
    files,
    methods: () => Promise.resolve(readOnlyMethods),
    serve: async (request) => {
      refuseServiceWorker(request.headers['service-worker'], trust);
      const mayRead = policy.reader(request.identity);
      return serveReadOnly(request, files, { dav, trust, mayRead });
    },
    close: () => undefined,
  };
}
