import { Failure } from '../failure.js';
import type { Arrival, ResourceStat } from '../storage/storage.js';
import type { Place } from './context.js';
import { removeTree, type MemberFailure } from './tree.js';

export interface Arrived {
  /** The members that have not arrived. */
  readonly failures: readonly MemberFailure[];
  /** Whether it arrived in one step and is gone from its old place. */
  readonly renamed: boolean;
}

/**
 * Makes room at `to` and runs `action`. Discards the old content only after that has fully succeeded; otherwise puts
 * it back, if the storage can. If a storage cannot set resources aside, the old content is removed first, as RFC 4918
 * section 9.8.4 says.
 * @param replaced what is at `to`; undefined if nothing is, or if one file replaces another in one step
 * @param action calls `arrived` as soon as part of the new content is at `to`
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
      throw new Failure(
        'conflict',
        'Another program has just put something else here. Look at it before you try again.',
      );
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
