import { usernameOf, type Visitor } from '../../src/access/identity.js';
import { webdavAccess } from '../../src/access/required-access.js';
import { goneSignal } from '../../src/async/when-gone.js';
import type { WebdavShare } from '../../src/config/kinds/webdav.js';
import { allowedMethods } from '../../src/dav/allowed-methods.js';
import { UserContext, type Place } from '../../src/dav/context.js';
import { handleDav, refusalOfDavMethod } from '../../src/dav/engine.js';
import { Failure, isFailure } from '../../src/failure.js';
import { refuseServiceWorker } from '../../src/http/active-content.js';
import type { Method } from '../../src/http/method.js';
import { handOverBy } from '../../src/http/hand-over.js';
import { directoryListing } from '../pages/directory-listing.js';
import { openEach } from './open-each.js';
import {
  elsewhere,
  type Located,
  type Share,
  type ShareKind,
  type ShareParts,
  type Numbered,
} from './share.js';
import { hidingStorage } from '../../src/storage/hiding-storage.js';
import { limitedStorage } from '../../src/storage/limited-storage.js';
import { openStorage } from './storage-kinds.js';
import { finding, placeOf, type Finding } from '../../src/config/problems.js';
import { loadFileSystem } from '../../src/storage/module/file-system-module.js';

export const webdavKind: ShareKind<WebdavShare> = {
  words: 'Folder to mount (WebDAV)',
  names: 'portable',
  errors: 'dav',
  requires: webdavAccess,
  refuses: (method, _share, destination) =>
    destination && destination.kind !== 'webdav'
      ? elsewhere('The destination lies in a share of another kind.')
      : refusalOfDavMethod(method),
  attempt: moduleFindings,
  open: (declared, parts) => openEach(declared, (share) => openWebdav(share, parts)),
};

/** Methods that work on whole trees; they stop when the client is gone. */
const lengthy: ReadonlySet<Method> = new Set<Method>(['COPY', 'MOVE', 'DELETE']);

async function openWebdav(declared: WebdavShare, parts: ShareParts): Promise<Share> {
  const { shares, dav, quotas, common } = parts;
  const opened = await openStorage(declared.storage, declared, parts);
  const { path: base, policy, quota, hide, depthInfinity = false, sendfile } = declared;
  const limited = quota === undefined ? undefined : limitedStorage(opened.storage, common.meter(base, quota));
  const handOver = sendfile && handOverBy(sendfile, base);
  if (limited) quotas.set(base, limited);
  const storage = hidingStorage(hide, limited ?? opened.storage);
  return {
    declared,
    files: storage,
    place: (path, spelling) => ({ storage, base, path, spelling }),
    methods: async (path) => allowedMethods(path, await storage.stat(path)),
    serve: async (request) => {
      const { method, target, headers, body, identity, owner, place, destination, authority } = request;
      refuseServiceWorker(headers['service-worker'], 'sandboxed');
      return handleDav(
        {
          storage,
          base,
          path: place.inside,
          spelling: place.spelling,
          method,
          collection: target.collection,
          headers,
          body,
          handOver: request.client.throughProxy ? handOver : undefined,
          signal: lengthy.has(method) ? goneSignal(request.whenGone) : undefined,
          publicAuthority: headers.if === undefined ? undefined : authority(),
          destination: destination && davPlaceOf(destination),
        },
        new UserContext(dav, {
          owner,
          principal: usernameOf(identity),
          resolve: (path) => legiblePlace(shares.locate(path), identity),
          find: async (path) =>
            legiblePlace((await shares.find(path, headers['user-agent'])).located, identity),
          listing: (path, entries) =>
            directoryListing(path, entries, { username: usernameOf(identity), owner }),
          mayRead: policy.reader(identity),
          depthInfinity,
        }),
      );
    },
    close: async () => {
      limited?.close();
      await opened.close();
    },
  };
}

function davPlaceOf({ share, inside, spelling }: Located): Place {
  const place = share.place?.(inside, spelling);
  if (place) return place;
  throw new Failure('foreign-destination', 'The destination lies in a share of another kind.');
}

/** The place of a path in another WebDAV share, if the user may read it. */
function legiblePlace(located: Located | undefined, identity: Visitor): Place | undefined {
  if (!located) return undefined;
  const { share, inside, spelling } = located;
  return share.declared.policy.decide(identity, 'read', inside).allowed
    ? share.place?.(inside, spelling)
    : undefined;
}

/** Loads the storage modules and creates their file systems, to see whether that works. */
async function moduleFindings(shares: readonly Numbered<WebdavShare>[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { share, index } of shares) {
    if (share.storage.kind !== 'module') continue;
    const { module, options, folder } = share.storage;
    try {
      await loadFileSystem(module, folder, options);
    } catch (error) {
      if (!isFailure(error)) throw error;
      findings.push(finding('refusal', placeOf(['shares', index, 'storage', 'module']), error.message));
    }
  }
  return findings;
}
