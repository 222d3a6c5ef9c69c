import { isFailure } from '../../failure.js';
import type { ServerPath } from '../../http/target.js';
import type { DavContext } from '../context.js';
import type { PropertyOwner } from './property-store.js';

/** The source and the target of copied properties, and who is charged for the copies. */
interface Arrival {
  readonly from: ServerPath;
  readonly to: ServerPath;
  readonly depth: '0' | 'infinity';
  readonly owner: PropertyOwner;
}

/**
 * Copies properties before the resources that they belong to. Too many are thus refused before anything has changed,
 * and a resource never arrives without its properties, even if this process is killed. If `arrive` fails, restores
 * what was there.
 * @throws Failure `insufficient-storage`, and what `arrive` throws
 */
export async function withProperties<T>(
  { properties, principal }: Pick<DavContext, 'properties' | 'principal'>,
  { from, to, depth, owner }: Arrival,
  arrive: () => Promise<T>,
): Promise<T> {
  const before = await properties.get(to);
  await properties.copyTree(from, to, depth, owner);
  try {
    return await arrive();
  } catch (error) {
    await properties.removeTree(to);
    const changes = [...before].map(([name, value]) => ({ name, value }));
    await properties.patch(to, changes, { principal, share: owner.share });
    throw error;
  }
}

/** What stays at both ends of a MOVE counts as a copy. If there is no room for its properties, it has none. */
export async function countAsCopy(
  { properties, principal }: Pick<DavContext, 'properties' | 'principal'>,
  { from, to, depth }: Omit<Arrival, 'owner'>,
  share: ServerPath,
): Promise<void> {
  try {
    await properties.copyTree(from, to, depth, { principal, share });
  } catch (error) {
    if (!isFailure(error, 'insufficient-storage')) throw error;
    await properties.removeTree(to);
  }
}
