import type { DavStorage, ResourceStat } from '../../storage/storage.js';
import type { ClarkName, PropertyMap } from './property-store.js';

const names: readonly ClarkName[] = ['{DAV:}quota-available-bytes', '{DAV:}quota-used-bytes'];

const none: PropertyMap = new Map();

/**
 * The quota properties (RFC 4331 section 3); reported to clients that name one, never for allprop.
 * @param named the properties that a PROPFIND names
 * @param storage undefined for a place without storage
 * @returns empty if the storage does not know its space
 */
export async function quotaProperties(
  storage: Pick<DavStorage, 'space'> | undefined,
  named: readonly ClarkName[],
): Promise<PropertyMap> {
  if (!names.some((name) => named.includes(name))) return none;
  const space = await storage?.space();
  if (!space) return none;
  return new Map([
    ['{DAV:}quota-available-bytes', `<D:quota-available-bytes>${space.available}</D:quota-available-bytes>`],
    ['{DAV:}quota-used-bytes', `<D:quota-used-bytes>${space.used}</D:quota-used-bytes>`],
  ]);
}

/** The properties of a resource and, for a collection, its quota. */
export function withQuota(own: PropertyMap, stat: ResourceStat, quota: PropertyMap): PropertyMap {
  return quota.size > 0 && stat.kind === 'collection' ? new Map([...own, ...quota]) : own;
}
