import type { ResourceStat } from '../../storage/storage.js';
import type { Place } from '../context.js';
import { keyOf } from '../place.js';
import type { PropertyStore } from './property-store.js';

/**
 * Deletes the properties of an earlier resource that another program or a crash removed: they do not belong to the one
 * that is about to be created. Call it before creating that one, so that a crash in between leaves nothing wrong.
 * @param current what is at the place now
 * @returns false if something is there; nothing has changed then
 */
export async function clearLeftovers(
  place: Place,
  { properties }: { readonly properties: PropertyStore },
  current: ResourceStat | undefined,
): Promise<boolean> {
  if (current) return false;
  await properties.removeTree(keyOf(place));
  return true;
}
