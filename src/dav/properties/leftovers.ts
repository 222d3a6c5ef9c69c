import type { ResourceStat } from '../../storage/storage.js';
import type { Place } from '../context.js';
import { keyOf } from '../place.js';
import type { PropertyStore } from './property-store.js';

/**
 * Forgets the properties of what was here before, when another program or a kill removed it: they are not those of what
 * is about to be made. Done before it is made, so that a kill between the two leaves nothing wrong.
 * @param current what is here
 * @returns false where something is here; nothing has changed then
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
