import { usernameOf, type Visitor } from '../../src/access/identity.js';
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
import { IdentifiedRequest } from './incoming-request.js';

/** What davgate refuses to every user above the shares. */
export function refusalAtRoot(method: Method): Refusal | undefined {
  return method === 'PROPPATCH'
    ? { failure: 'forbidden', sentence: 'The properties of the list of shares cannot be changed.' }
    : refusalOfReadOnly(method);
}

/** A request for a collection above the shares. */
export class RootRequest extends IdentifiedRequest {
  /** How the client spells the path, if it uses another spelling. */
  readonly spelling: Spelling | undefined;

  constructor(request: IdentifiedRequest, spelling: Spelling | undefined) {
    super(request, request.identity, request.owner);
    this.spelling = spelling;
  }
}

interface ShareRootOptions {
  readonly shares: ShareMap;
  readonly dav: Pick<ReadContext, 'queries' | 'xmlLimits' | 'xmlBytes'>;
  /** When the current shares took effect, in milliseconds since the epoch. */
  readonly since: number;
}

/**
 * The response to OPTIONS on the root without credentials. Whatever it mounts, Windows sends this request before it
 * asks for a password, and remembers the response. davgate tells strangers nothing else.
 */
export const optionsForAnyone: HttpResponse = {
  status: 200,
  headers: [davHeader, ['MS-Author-Via', 'DAV'], ['Content-Length', '0']],
};

/**
 * Every path answers OPTIONS (RFC 9110 section 9.3.7). Outside shares the response does not mention WebDAV, so that svn
 * and file managers report that there is no such server at the path.
 */
const optionsOfNothing: HttpResponse = {
  status: 200,
  headers: [
    ['Allow', 'OPTIONS'],
    ['Content-Length', '0'],
  ],
};

/** Serves the root and other paths above the shares: collections of the shares that are open to the user. */
export async function serveShareRoot(
  { method, target, headers, body, identity, owner, spelling }: RootRequest,
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
      owner,
      properties: collection,
      mayRead: () => true,
      depthInfinity: false,
      // Clients look here to find out what the shares below support.
      classes: davHeader[1],
      get: async () => {
        if (!(await collection.stat(path))) throw new Failure('not-found', 'There is no share here.');
        return shareIndex(listed(open, identity), usernameOf(identity));
      },
    },
  );
}

export function sharesOpenTo(
  identity: Visitor,
  shares: readonly Share[],
  above: ServerPath,
): readonly Share[] {
  return shares.filter(
    ({ declared: { path, policy, servedElsewhere } }) =>
      !servedElsewhere && isSameOrBelow(above, path) && policy.decide(identity, 'read', shareRoot).allowed,
  );
}

export function listed(shares: readonly Share[], identity: Visitor): readonly ListedShare[] {
  return shares.map(({ declared: { kind, path, policy } }) => ({
    path,
    what: kinds[kind].words,
    isWritable: policy.decide(identity, 'write', shareRoot).allowed,
  }));
}

/** Undefined if the share has no folder or its status cannot be read now: the list shows the share anyway. */
async function statOf({ files }: Share): Promise<CollectionStat | undefined> {
  const stat = await files?.stat(shareRoot).catch(() => undefined);
  return stat?.kind === 'collection' ? stat : undefined;
}
