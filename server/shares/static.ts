import { readAccess } from '../../src/access/required-access.js';
import type { StaticShare } from '../../src/config/kinds/static.js';
import { readOnlyMethods, refusalOfReadOnly } from '../../src/dav/read-only.js';
import { refuseServiceWorker } from '../../src/http/active-content.js';
import { handOverBy } from '../../src/http/hand-over.js';
import { hidingStorage } from '../../src/storage/hiding-storage.js';
import { openFolder } from './open-folder.js';
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

function openStatic(declared: StaticShare, parts: ShareParts): Share {
  const { root, disk } = declared;
  const { dav } = parts;
  const folder = openFolder({ root, disk, durability: 'relaxed' }, declared, parts);
  const files = hidingStorage(declared.hide, folder.storage);
  const { policy, trust, sendfile, path } = declared;
  const handOver = sendfile && handOverBy(sendfile, path);
  return {
    declared,
    files,
    methods: () => Promise.resolve(readOnlyMethods),
    serve: async (request) => {
      refuseServiceWorker(request.headers['service-worker'], trust);
      const mayRead = policy.reader(request.identity);
      return serveReadOnly(request, files, {
        dav,
        trust,
        handOver: request.client.throughProxy ? handOver : undefined,
        mayRead,
      });
    },
    close: folder.close,
  };
}
