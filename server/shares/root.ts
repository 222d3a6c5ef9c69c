import type { Identity } from '../../src/access/identity.js';
import { davHeader } from '../../src/dav/methods/options.js';
import type { ReadContext } from '../../src/dav/context.js';
import { handleReadOnly, refusalOfReadOnly } from '../../src/dav/read-only.js';
import { ShareCollection } from '../../src/dav/share-collection.js';
import { Failure, type Refusal } from '../../src/failure.js';
import type { HttpResponse } from '../../src/http/message.js';
import type { Method } from '../../src/http/method.js';
import type { Spelling } from '../../src/http/spelling.js';
import { isSameOrBelow, pathBelowRoot, rootPath, shareRoot, type ServerPath } from '../../src/http/target.js';
import type { CollectionStat } from '../../src/storage/storage.js';
import { shareIndex, type ListedShare } from '../pages/share-index.js';
import { kinds } from './kinds.js';
import type { Share } from './share.js';
import type { ShareMap } from './share-map.js';
import type { IdentifiedRequest } from './incoming-request.js';

/** What is refused above the shares, whoever asks. */
export function refusalAtRoot(method: Method): Refusal | undefined {
  return method === 'PROPPATCH'
    ? { failure: 'forbidden', sentence: 'The list of shares has no properties that can be set.' }
    : refusalOfReadOnly(method);
}

/** A request for what is above the shares. */
export interface RootRequest extends IdentifiedRequest {
  /** How the client spells the path, where it found this by another name. */
  readonly spelling: Spelling | undefined;
}

export interface ShareRootOptions {
  readonly shares: ShareMap;
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
  { method, target, headers, body, identity, spelling }: RootRequest,
  { shares, dav, since }: ShareRootOptions,
): Promise<HttpResponse> {
  const path = pathBelowRoot(target.path);
  if (method === 'PROPPATCH') throw new Failure('forbidden', refusalAtRoot(method)?.sentence ?? '');
  const open = sharesOpenTo(identity, shares.all, target.path);
  const collection = new ShareCollection(
    open.map((share) => ({ path: share.declared.path, stat: () => statOf(share) })),
    since,
  );
  if (method === 'OPTIONS' && !(await collection.stat(path))) return optionsOfNothing;
  return handleReadOnly(
    {
      method,
      path,
      spelling,
      collection: target.collection,
      headers,
      body,
      base: rootPath,
      storage: collection,
    },
    {
      ...dav,
      principal: identity.username,
      properties: collection,
      mayRead: () => true,
      depthInfinity: false,
      // A client looks here for what it may do in the shares below.
      classes: davHeader[1],
      get: async () => {
        if (!(await collection.stat(path))) throw new Failure('not-found', 'There is no share here.');
        return shareIndex(listed(open, identity), identity.username);
      },
    },
  );
}

/** The shares at or below a path that a user may read. */
export function sharesOpenTo(
  identity: Identity,
  shares: readonly Share[],
  above: ServerPath,
): readonly Share[] {
  return shares.filter(({ declared: { path, policy, servedElsewhere } }) => {
    return (
      !servedElsewhere && isSameOrBelow(above, path) && policy.decide(identity, 'read', shareRoot).allowed
    );
  });
}

/** As the list of shares shows them to a user. */
export function listed(shares: readonly Share[], identity: Identity): readonly ListedShare[] {
  return shares.map(({ declared: { kind, path, policy } }) => ({
    path,
    what: kinds[kind].words,
    isWritable: policy.decide(identity, 'write', shareRoot).allowed,
  }));
}

/** Undefined where it is not a folder's, or cannot be told now: the list of shares stands all the same. */
async function statOf({ files }: Share): Promise<CollectionStat | undefined> {
  const stat = await files?.stat(shareRoot).catch(() => undefined);
  return stat?.kind === 'collection' ? stat : undefined;
}
