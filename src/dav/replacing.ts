import { Failure } from '../failure.js';
import type { Arrival, ResourceStat } from '../storage/storage.js';
import type { Place } from './context.js';
import { removeTree, type MemberFailure } from './tree.js';

/** How something has come to a place. */
export interface Arrived {
  /** What has not. */
  readonly failures: readonly MemberFailure[];
  /** Whether it came in one step, and is where it was no more. */
  readonly renamed: boolean;
}

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
  action: (arrived: () => void) => Promise<Arrived>,
): Promise<Arrived> {
  let isOurs = false;
  const arrived = (): void => {
    isOurs = true;
  };
  if (!replaced) return action(arrived);
  const aside = await to.storage.setAside(to.path, arrival);
  if (!aside) {
    const left = await removeTree(to, replaced);
    return left.length > 0 ? { failures: left, renamed: false } : action(arrived);
  }
  const undo = async (): Promise<void> => {
    const partial = await to.storage.stat(to.path);
    if (partial && !isOurs) {
      throw new Failure('conflict', 'Another program has just put something else here. Look again first.');
    }
    if (partial) await removeTree(to, partial);
    await aside.putBack();
  };
  let outcome: Arrived;
  try {
    outcome = await action(arrived);
  } catch (error) {
    await undo();
    throw error;
  }
  if (outcome.failures.length > 0) await undo();
  else await aside.discard();
  return outcome;
}
