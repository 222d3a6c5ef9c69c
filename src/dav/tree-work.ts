import { Breath } from '../async/breath.js';
import { Failure } from '../failure.js';
import type { ResourceStat } from '../storage/storage.js';
import type { Place } from './context.js';

/** Failures that are gathered before the rest of a tree is left alone. */
const maximumFailures = 1000;

/** A member of a tree that could not be done, the rest notwithstanding. */
export interface MemberFailure {
  readonly place: Place;
  readonly stat: ResourceStat;
  readonly failure: Failure;
  /** That the collection itself was done, but some of its members, which have no names, were not. */
  readonly incomplete?: true;
}

/** On whose behalf a tree is gone through. */
export interface Behalf {
  /** Owners take turns with each other. */
  readonly owner?: string;
  /** Says that nobody waits for the answer any more: ends it early, with a failure. */
  readonly signal?: AbortSignal | undefined;
}

/** So much has failed that going on would only gather more of it. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** One pass over a tree, however large: what has failed so far, and when to let others have their turn or to stop. */
export class TreeWork {
  readonly failures: MemberFailure[] = [];
  readonly owner: string | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #breath: Breath;

  constructor({ owner, signal }: Behalf) {
    this.owner = owner;
    this.#breath = new Breath(owner);
    this.#signal = signal;
  }

  /** To be awaited before each member. @throws Failure `malformed` once the client has gone */
  async step(): Promise<void> {
    const rest = this.#breath.pause();
    if (rest) await rest;
    if (this.#signal?.aborted === true) {
      throw new Failure('malformed', 'The client went away before this was done.');
    }
  }

  fail(place: Place, stat: ResourceStat, failure: Failure): void {
    this.#add({ place, stat, failure });
  }

  /** Notes that members of a collection were left out that cannot be named one by one. */
  leaveOut(place: Place, stat: ResourceStat, failure: Failure): void {
    this.#add({ place, stat, failure, incomplete: true });
  }

  #add(failure: MemberFailure): void {
    this.failures.push(failure);
    if (this.failures.length >= maximumFailures) throw new GivenUp();
  }

  /**
   * Does `work`; where that is given up, the failures end with one for the whole of it.
   * @returns what has failed
   */
  async over(place: Place, stat: ResourceStat, work: () => Promise<unknown>): Promise<MemberFailure[]> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
      const failure = new Failure('failed-dependency', 'Too much failed; the rest was left as it was.');
      this.failures.push({ place, stat, failure });
    }
    return this.failures;
  }
}
