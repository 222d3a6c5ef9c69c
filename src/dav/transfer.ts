import { Failure } from '../failure.js';
import type { HttpResponse } from '../http/message.js';
import { isSameOrBelow, parentOf } from '../http/target.js';
import type { ResourceStat } from '../storage/storage.js';
import type { DavRequest, Place } from './context.js';
import { parseOverwrite } from './headers/overwrite.js';
import { at, keyOf, requireConditions, requireStat } from './place.js';
import { holds } from './tree.js';

interface Transfer {
  readonly source: ResourceStat;
  readonly to: Place;
  /** What is at the destination and may be overwritten. */
  readonly replaced: ResourceStat | undefined;
  /** The same, if it must be removed before the source can arrive; undefined if a file replaces a file in one step. */
  readonly inTheWay: ResourceStat | undefined;
}

/**
 * Checks the source and the destination of a COPY or MOVE (RFC 4918 sections 9.8.5 and 9.9.4).
 * @throws Failure `not-found`; `forbidden` if they are the same or one contains the other; `parent-missing`;
 *   `precondition-failed` if Overwrite forbids it
 */
export async function prepareTransfer(request: DavRequest): Promise<Transfer> {
  const to = request.destination;
  if (!to) throw new Failure('malformed', 'The request needs a Destination header field.');
  const overwrite = parseOverwrite(request.headers.overwrite);
  const source = await requireStat(request);
  requireConditions(request.method, request.headers, source);
  const [from, target] = [keyOf(request), keyOf(to)];
  if (from === target) throw new Failure('forbidden', 'The source and the destination are the same.');
  if (isSameOrBelow(from, target)) throw new Failure('forbidden', 'The destination lies inside the source.');
  if (to.path === '/')
    throw new Failure('forbidden', 'The root of a share cannot be moved, replaced or removed.');
  if (isSameOrBelow(target, from)) throw new Failure('forbidden', 'The source lies inside the destination.');
  const parent = await to.storage.stat(parentOf(to.path));
  if (parent?.kind !== 'collection') {
    throw new Failure('parent-missing', 'The destination\u2019s parent collection does not exist.');
  }
  // Links, and shares on one folder, give a resource more than one path: copying it over itself would destroy it.
  if ((await holds(request, to)) || (await holds(to, request)))
    throw new Failure('forbidden', 'The source and the destination are the same, or one contains the other.');
  const replaced = await to.storage.stat(to.path);
  if (replaced && !overwrite)
    throw new Failure(
      'precondition-failed',
      'Something already exists at the destination, and Overwrite is F.',
    );
  const inTheWay = source.kind === 'file' && replaced?.kind === 'file' ? undefined : replaced;
  return { source, to: at(to, to.path), replaced, inTheWay };
}

/** The answer to a successful COPY or MOVE: 201, or 204 if it replaced something. */
export function transferred(replaced: ResourceStat | undefined): HttpResponse {
  return replaced ? { status: 204, headers: [] } : { status: 201, headers: [['Content-Length', '0']] };
}
