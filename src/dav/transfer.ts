import { Failure } from '../failure.js';
import { isSameOrBelow, parentOf } from '../http/target.js';
import type { ResourceStat } from '../storage/storage.js';
import type { DavRequest, Place } from './context.js';
import { parseOverwrite } from './headers/overwrite.js';
import { at, keyOf, requireConditions, requireStat } from './place.js';

/** A COPY or MOVE whose two ends have been looked at and found to allow it. */
export interface Transfer {
  readonly source: ResourceStat;
  readonly to: Place;
  /** What is at the destination; it may be overwritten. */
  readonly replaced: ResourceStat | undefined;
}

/**
 * What COPY and MOVE ask of their two ends (RFC 4918 sections 9.8.5 and 9.9.4).
 * @throws Failure `not-found`, `forbidden` where the ends are the same or lie in each other, `parent-missing`,
 *   `precondition-failed` where Overwrite forbids
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
  if (to.path === '/') throw new Failure('forbidden', 'The root of a share stays where it is.');
  if (isSameOrBelow(target, from)) throw new Failure('forbidden', 'The source lies inside the destination.');
  const parent = await to.storage.stat(parentOf(to.path));
  if (parent?.kind !== 'collection') {
    throw new Failure('parent-missing', 'The destination\u2019s parent collection does not exist.');
  }
  const replaced = await to.storage.stat(to.path);
  if (replaced && !overwrite)
    throw new Failure('precondition-failed', 'There is something at the destination.');
  return { source, to: at(to, to.path), replaced };
}
