import { Failure } from '../failure.js';
import { evaluateConditions } from '../http/conditions.js';
import type { RequestHeaders } from '../http/message.js';
import { spelled } from '../http/spelling.js';
import { hrefOf, join, type ServerPath, type SharePath } from '../http/target.js';
import type { ResourceStat } from '../storage/storage.js';
import type { Place, ReadPlace } from './context.js';

/** The key of a resource's locks and properties: its path on this server. */
export function keyOf({ base, path }: Pick<ReadPlace, 'base' | 'path'>): ServerPath {
  return join(base, path);
}

/** The href of a resource, with a trailing slash for a collection, spelled as the client spells it. */
export function hrefAt(place: Pick<ReadPlace, 'base' | 'path' | 'spelling'>, stat: ResourceStat): string {
  return hrefOfKey(place, keyOf(place), stat.kind === 'collection');
}

/** The href of the resource with this key, spelled as the client that asked for `place` spells it. */
export function hrefOfKey(
  { spelling }: Pick<ReadPlace, 'spelling'>,
  key: ServerPath,
  collection: boolean,
): string {
  return hrefOf(spelled(key, spelling), collection);
}

export function at(place: Place, path: SharePath): Place {
  return { storage: place.storage, base: place.base, path, spelling: place.spelling };
}

/** @throws Failure `not-found` if nothing is there */
export async function requireStat(place: ReadPlace): Promise<ResourceStat> {
  const stat = await place.storage.stat(place.path);
  if (!stat) throw new Failure('not-found', 'There is nothing here.');
  return stat;
}

/**
 * Checks the conditions of a request that changes something (RFC 9110 section 13).
 * @throws Failure `precondition-failed`; `malformed` for a condition that cannot be parsed
 */
export function requireConditions(
  method: string,
  headers: RequestHeaders,
  stat: ResourceStat | undefined,
): void {
  const current = stat && { etag: stat.etag, lastModified: stat.modified };
  if (evaluateConditions(method, headers, current) !== 'proceed') {
    throw new Failure(
      'precondition-failed',
      'The current state does not match the conditions of the request.',
    );
  }
}
