import { Failure, isFailure } from '../../failure.js';
import { formatHttpDate } from '../../http/date.js';
import type { ResourceStat } from '../../storage/storage.js';
import { allowedMethods } from '../allowed-methods.js';
import type { DavMethod, DavRequest } from '../context.js';
import { announcedLength } from '../headers/announced-length.js';
import type { IfConditions } from '../headers/if.js';
import { parseOcMtime } from '../headers/oc-mtime.js';
import { requireTokens } from '../locks/require-tokens.js';
import { keyOf, requireConditions } from '../place.js';
import { clearLeftovers } from '../properties/leftovers.js';
import type { Turn } from '../../storage/path-turns.js';
import { enterTree, settledTree } from '../tree-turns.js';

/** Creates or replaces a file with the body, wholly or not at all (RFC 9110 section 9.3.4, RFC 4918 section 9.7). */
export const put: DavMethod = async (request, context) => {
  const { method, storage, path, headers, body } = request;
  if (headers['content-range'] !== undefined) {
    throw new Failure('malformed', 'PUT replaces a whole file; Content-Range is not supported.');
  }
  const before = await storage.stat(path);
  refuseCollection(request, before);
  requireConditions(method, headers, before);
  await requireTokens(request, context, request, before ? 'resource' : 'membership');
  const length = announcedLength(headers);
  const modified = parseOcMtime(headers['x-oc-mtime']);
  const key = keyOf(request);
  const isNew = headers['if-none-match']?.trim() === '*';
  const dependsOnFile = !isNew && comparesFile(request);
  let alone: Turn | undefined;
  const { stat, created } = await storage
    .write(path, body, {
      owner: context.owner,
      fresh: isNew,
      ...(length === undefined ? {} : { length }),
      ...(modified === undefined ? {} : { modified }),
      // While the body arrived, somebody may have taken a lock or removed the file.
      ready: async () => {
        const current = await storage.stat(path);
        await requireTokens(request, context, request, current ? 'resource' : 'membership');
        const cleared = await clearLeftovers(request, context, current);
        await alone?.end(false);
        alone = undefined;
        const { turns, owner } = context;
        if (dependsOnFile) alone = await turns.alone?.(key, { owner });
        const settled = alone ? undefined : settledTree(request, context);
        if (settled) await settled;
        return (standing) => {
          requireConditions(method, headers, standing);
          requireUnchanged(request.conditions, before, standing);
          const leave = alone ? () => undefined : enterTree(request, context);
          return async (written) => {
            leave();
            if (written?.created === true && !cleared) await context.properties.removeTree(key);
          };
        };
      },
    })
    .catch((error: unknown) => {
      throw isFailure(error, 'not-found')
        ? new Failure('parent-missing', error.message, { cause: error })
        : error;
    })
    .finally(() => alone?.end());
  return {
    status: created ? 201 : 204,
    headers: [
      ['ETag', stat.etag],
      ['Last-Modified', formatHttpDate(stat.modified)],
      ...(isSameSecond(stat.modified, modified) ? [['X-OC-Mtime', 'accepted'] as const] : []),
      ...(created ? [['Content-Length', '0'] as const] : []),
    ],
  };
};

/** Whether the request is made only for a certain state of the file. */
function comparesFile({ headers, conditions }: DavRequest): boolean {
  return (
    headers['if-match'] !== undefined ||
    headers['if-none-match'] !== undefined ||
    headers['if-unmodified-since'] !== undefined ||
    conditions.lists.some((list) => list.conditions.some(({ kind }) => kind === 'etag'))
  );
}

function refuseCollection({ path, collection }: DavRequest, stat: ResourceStat | undefined): void {
  if (stat?.kind !== 'collection' && !collection) return;
  throw new Failure('method-not-allowed', 'A collection cannot be written with PUT.', {
    headers: [['Allow', allowedMethods(path, stat)]],
  });
}

/**
 * If the If header field compares entity tags, they matched when the request came, so the file must be unchanged
 * since. Locks are not checked again: a lock that expired during a long upload would cost the client the whole upload.
 */
function requireUnchanged(
  { lists }: IfConditions,
  before: ResourceStat | undefined,
  current: ResourceStat | undefined,
): void {
  if (lists.length === 0 || etagOf(before) === etagOf(current)) return;
  if (lists.some(({ conditions }) => conditions.some(({ kind }) => kind === 'etag'))) {
    throw new Failure(
      'precondition-failed',
      'The file changed during the upload; the server stored nothing.',
    );
  }
}

function etagOf(stat: ResourceStat | undefined): string | undefined {
  return stat?.kind === 'file' ? stat.etag : undefined;
}

function isSameSecond(time: number, other: number | undefined): boolean {
  return other !== undefined && Math.floor(time / 1000) === Math.floor(other / 1000);
}
