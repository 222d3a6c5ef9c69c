import { Readable } from 'node:stream';
import { busy, Failure, isFailure, statusOf } from '../../failure.js';
import type { HttpResponse } from '../../http/message.js';
import { parentOf } from '../../http/target.js';
import type { ResourceStat } from '../../storage/storage.js';
import { allowedMethods } from '../allowed-methods.js';
import type { DavContext, DavMethod, DavRequest } from '../context.js';
import { parseDepth } from '../headers/depth.js';
import { parseTimeout } from '../headers/timeout.js';
import { grantedSeconds, maximumCovering } from '../locks/limits.js';
import { parseLockInfo } from '../locks/lock-info.js';
import { lockDiscovery } from '../locks/lock-properties.js';
import type { Exhausted, Lock } from '../locks/lock-store.js';
import { requireIf } from '../locks/require-if.js';
import { memberHrefs, requireTokens } from '../locks/require-tokens.js';
import { hrefOfKey, keyOf, requireConditions } from '../place.js';
import { clearLeftovers } from '../properties/leftovers.js';
import { readBody } from '../read-body.js';
import { elementResponse, memberStatus, multistatusOf } from '../xml/multistatus.js';

/** Takes a write lock or, without a body, refreshes one (RFC 4918 section 9.10). */
export const lock: DavMethod = async (request, context) => {
  const info = await readBody(request.body, context);
  if (!info) return refresh(request, context);
  const { headers, storage, path } = request;
  const depth = parseDepth(headers.depth, ['infinity', '0']);
  const { scope, owner } = parseLockInfo(info);
  await requireIf(request, context);
  const stat = await storage.stat(path);
  requireConditions(request.method, headers, stat);
  if (!stat) await requireRoom(request, context);
  const timeoutSeconds = grantedSeconds(parseTimeout(headers.timeout), context.lockLimits);
  const outcome = await context.locks.acquire(
    { root: keyOf(request), depth, scope, principal: context.principal, owner, timeoutSeconds },
    { ...context.lockLimits, covering: maximumCovering },
  );
  if ('exhausted' in outcome) throw tooMany(outcome.exhausted, request, context, stat);
  if ('conflicts' in outcome) return refused(request, context, stat, outcome.conflicts);
  const { token } = outcome.granted;
  // The lock comes first: from then on nobody else can create the file.
  if (!stat) await makeEmptyFile(request, context, token);
  return answer(request, context, stat ? 200 : 201, [['Lock-Token', `<${token}>`]]);
};

function tooMany(
  what: Exhausted,
  request: DavRequest,
  { lockLimits: { perUser, inAll } }: DavContext,
  stat: ResourceStat | undefined,
): Failure {
  switch (what) {
    case 'user':
      return new Failure(
        'forbidden',
        `You hold ${perUser} locks, the most that a user may hold. Release some, or wait until they expire.`,
      );
    case 'server':
      return busy(`There are ${inAll} locks on this server, the most that it allows. Try again later.`, 60);
    case 'resource':
      return new Failure(
        'locked',
        `There are ${maximumCovering} shared locks on this resource, the most that it may have.`,
        {
          condition: 'no-conflicting-lock',
          hrefs: [hrefOfKey(request, keyOf(request), stat?.kind === 'collection')],
        },
      );
  }
}

/** Refreshes a lock; its token stays the same. Office does this before any other LOCK. */
async function refresh(request: DavRequest, context: DavContext): Promise<HttpResponse> {
  const { headers } = request;
  if (headers.if === undefined) {
    throw new Failure(
      'malformed',
      'LOCK needs a body, or an If header field with the token of the lock to refresh.',
    );
  }
  const submitted = request.conditions.tokens;
  const covering = await context.locks.covering(keyOf(request));
  const named = covering.filter(({ token }) => submitted.has(token));
  const own = named.find(({ principal }) => principal === context.principal);
  if (named.length > 0 && !own) {
    throw new Failure('forbidden', 'Only the user who took the lock may refresh it.');
  }
  if (!own) throw noSuchLock();
  await requireIf(request, context);
  const timeout = parseTimeout(headers.timeout);
  const seconds = timeout === undefined ? own.timeoutSeconds : grantedSeconds(timeout, context.lockLimits);
  if (!(await context.locks.refresh(own.token, seconds))) throw noSuchLock();
  return answer(request, context, 200);
}

function noSuchLock(): Failure {
  return new Failure('precondition-failed', 'This resource has no lock with this token.', {
    condition: 'lock-token-matches-request-uri',
  });
}

/** The conditions for creating a file (RFC 4918 section 9.10.4). */
async function requireRoom(request: DavRequest, context: DavContext): Promise<void> {
  const { storage, path } = request;
  if (request.collection) {
    throw new Failure('method-not-allowed', 'LOCK can create a file, but not a collection.', {
      headers: [['Allow', allowedMethods(path, undefined)]],
    });
  }
  const parent = await storage.stat(parentOf(path));
  if (parent?.kind !== 'collection') {
    throw new Failure('parent-missing', 'The parent collection does not exist.');
  }
  await requireTokens(request, context, request, 'membership');
}

async function makeEmptyFile(request: DavRequest, context: DavContext, token: string): Promise<void> {
  const { storage, path } = request;
  try {
    await storage.write(path, Readable.from([]), {
      fresh: true,
      ready: async () => {
        await clearLeftovers(request, context, await storage.stat(path));
        return (standing) => {
          if (!standing) return undefined;
          throw new Failure('conflict', 'Another request has just created a file here. Try again.');
        };
      },
    });
  } catch (error) {
    await context.locks.remove(token);
    throw isFailure(error, 'not-found')
      ? new Failure('parent-missing', error.message, { cause: error })
      : error;
  }
}

async function answer(
  request: DavRequest,
  context: DavContext,
  status: 200 | 201,
  headers: HttpResponse['headers'] = [],
): Promise<HttpResponse> {
  const key = keyOf(request);
  const locks = await context.locks.covering(key);
  const stat = await request.storage.stat(request.path);
  const viewer = { ...context, spelling: request.spelling };
  const discovery = lockDiscovery(locks, key, stat?.kind === 'collection', viewer);
  return elementResponse(status, `<D:prop xmlns:D="DAV:">${discovery}</D:prop>`, headers);
}

/**
 * Conflicting locks on the resource itself give a 423; conflicting locks only on its members give a 207 that names
 * them (RFC 4918 section 9.10.9). The answer does not name what the user may not read.
 */
async function refused(
  request: DavRequest,
  context: DavContext,
  stat: ResourceStat | undefined,
  conflicts: readonly Lock[],
): Promise<HttpResponse> {
  const key = keyOf(request);
  const roots = [...new Set(conflicts.map(({ root }) => root))];
  const below = roots.filter((root) => root !== key && root.startsWith(`${key}/`));
  const legible = roots.filter((root) => root === key || context.resolve(root) !== undefined);
  const hrefs = await memberHrefs(request, legible, context.principal);
  if (below.length < roots.length) {
    throw new Failure('locked', 'Another lock already exists here.', {
      condition: 'no-conflicting-lock',
      hrefs,
    });
  }
  return multistatusOf([
    ...hrefs.map((href) => memberStatus(href, statusOf('locked'), 'no-conflicting-lock', [href])),
    memberStatus(hrefOfKey(request, key, stat?.kind === 'collection'), statusOf('failed-dependency')),
  ]);
}
