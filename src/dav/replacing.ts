import { Failure } from '../failure.js';
import type { Arrival, ResourceStat } from '../storage/storage.js';
import type { Place } from './context.js';
import { removeTree, type MemberFailure } from './tree.js';

/**
 * Makes room at `to`, does `action`, and gives up what was there only when that has succeeded wholly; otherwise it is
 * put back, where the storage can. A storage that cannot set things aside has the old removed first, as RFC 4918
 * section 9.8.4 says.
 * @param replaced what is at `to`; undefined where nothing is, or where one file takes another's place in one step
 * @param action calls `arrived` once something of it stands at `to`
 * @returns what could not be done
 */
export async function replacing(
  to: Place,
  replaced: ResourceStat | undefined,
  arrival: Arrival,
  action: (arrived: () => void) => Promise<MemberFailure[]>,
): Promise<MemberFailure[]> {
  let isOurs = false;
  const arrived = (): void => {
    isOurs = true;
  };
  if (!replaced) return action(arrived);
  const aside = await to.storage.setAside(to.path, arrival);
  if (!aside) {
    const left = await removeTree(to, replaced);
    return left.length > 0 ? left : action(arrived);
  }
  const undo = async (): Promise<void> => {
    const partial = await to.storage.stat(to.path);
    if (partial && !isOurs) {
      throw new Failure('conflict', 'Another program has just put something else here. Look again first.');
    }
    if (partial) await removeTree(to, partial);
    await aside.putBack();
  };
  let failures: MemberFailure[];
  try {
    failures = await action(arrived);
  } catch (error) {
    await undo();
    throw error;
  }
  if (failures.length > 0) await undo();
  else await aside.discard();
  return failures;
}
