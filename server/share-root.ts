import type { Identity } from '../src/access/identity.js';
import type { ReadContext, ReadRequest } from '../src/dav/context.js';
import { davHeader } from '../src/dav/methods/options.js';
import { handleReadOnly } from '../src/dav/read-only.js';
import { ShareCollection } from '../src/dav/share-collection.js';
import { Failure } from '../src/failure.js';
import type { HttpResponse } from '../src/http/message.js';
import { isSameOrBelow, join, rootPath, within } from '../src/http/target.js';
import type { CollectionStat } from '../src/storage/storage.js';
import { shareIndex } from './pages/share-index.js';
import type { MountedShare } from './shares.js';
import { known } from './state.js';

/** What a request to change a property above the shares is told. */
export const noPropertiesAtRoot = 'The list of shares has no properties that can be set.';

export interface ShareRootOptions {
  readonly shares: readonly MountedShare[];
  readonly dav: Pick<ReadContext, 'xmlLimits' | 'xmlBytes'>;
  /** Milliseconds since the epoch: when the shares became what they are. */
  readonly since: number;
}

/**
 * Windows asks this of the root, whatever is mounted, before it has asked anybody for a password, and remembers the
 * answer. Nothing else is told to strangers.
 */
export const optionsForAnyone: HttpResponse = {
  status: 200,
  headers: [davHeader, ['MS-Author-Via', 'DAV'], ['Content-Length', '0']],
};

/**
 * Any path has options (RFC 9110 section 9.3.7); where no share is they are not WebDAV's, and svn and file managers then
 * say that there is no such server here.
 */
const optionsOfNothing: HttpResponse = {
  status: 200,
  headers: [
    ['Allow', 'OPTIONS'],
    ['Content-Length', '0'],
  ],
};

/** Answers for the root and what else stands above the shares: a collection of those that are open to this user. */
export async function serveShareRoot(
  request: Omit<ReadRequest, 'storage' | 'base'>,
  identity: Identity,
  { shares, dav, since }: ShareRootOptions,
): Promise<HttpResponse> {
  if (request.method === 'PROPPATCH') throw new Failure('forbidden', noPropertiesAtRoot);
  const above = join(rootPath, request.path);
  const open = shares.filter(({ declared: { path, policy } }) => {
    return isSameOrBelow(above, path) && policy.decide(identity, 'read', shareRoot()).allowed;
  });
  const collection = new ShareCollection(
    open.map((share) => ({ path: share.declared.path, stat: () => statOf(share) })),
    since,
  );
  if (request.method === 'OPTIONS' && !(await collection.stat(request.path))) return optionsOfNothing;
  return handleReadOnly(
    { ...request, base: rootPath, storage: collection },
    {
      ...dav,
      principal: identity.username,
      properties: collection,
      mayRead: () => true,
      depthInfinity: false,
      // A client looks here for what it may do in the shares below.
      classes: davHeader[1],
      get: async () => {
        if (!(await collection.stat(request.path))) throw new Failure('not-found', 'There is no share here.');
        return shareIndex(open, identity);
      },
    },
  );
}

function shareRoot() {
  return known(within(rootPath, rootPath));
}

/** Undefined where it is not a folder's, or cannot be told now: the list of shares stands all the same. */
async function statOf(share: MountedShare): Promise<CollectionStat | undefined> {
  if (share.kind === 'svn') return undefined;
  const stat = await share.storage.stat(shareRoot()).catch(() => undefined);
  return stat?.kind === 'collection' ? stat : undefined;
}
