import { isSameOrBelow } from '../http/target.js';
import type { Place } from './context.js';

/**
 * Whether one place is the other or contains it, under any path: links, and shares on one folder, give a resource more
 * than one path.
 */
export async function holds(outer: Place, inner: Place): Promise<boolean> {
  const outers = await outer.storage.realNames(outer.path);
  const inners = await inner.storage.realNames(inner.path);
  return outers.some((name) => inners.some((other) => isSameOrBelow(name, other)));
}
