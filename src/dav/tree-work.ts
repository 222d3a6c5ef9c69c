import { Breath } from '../async/breath.js';
import { Failure } from '../failure.js';
import type { ResourceStat } from '../storage/storage.js';
import type { Place } from './context.js';

/** The most failures to gather before leaving the rest of a tree as it is. */
const maximumFailures = 1000;

/** A member of a tree that failed; the work goes on with the rest. */
export interface MemberFailure {
  readonly place: Place;
  readonly stat: ResourceStat;
  readonly failure: Failure;
  /** The collection itself succeeded, but some of its members, which cannot be named, did not. */
  readonly incomplete?: true;
}

export interface Behalf {
  /** The user; users take turns with each other. */
  readonly owner?: string;
  /** Aborted when nobody waits for the answer any more; the work then ends early, with a failure. */
  readonly signal?: AbortSignal | undefined;
}

/** Thrown when so much has failed that going on would only gather more failures. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** One pass over a tree of any size: gathers failures, gives others their turn, and knows when to stop. */
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

  /** Await this before each member. @throws Failure `malformed` if the client has disconnected */
  async step(): Promise<void> {
    const rest = this.#breath.pause();
    if (rest) await rest;
    if (this.#signal?.aborted === true) {
      throw new Failure('malformed', 'The client disconnected before this was done.');
    }
  }

  fail(place: Place, stat: ResourceStat, failure: Failure): void {
    this.#add({ place, stat, failure });
  }

  /** Notes that some members of a collection, which cannot be named one by one, were left out. */
  leaveOut(place: Place, stat: ResourceStat, failure: Failure): void {
    this.#add({ place, stat, failure, incomplete: true });
  }

  #add(failure: MemberFailure): void {
    this.failures.push(failure);
    if (this.failures.length >= maximumFailures) throw new GivenUp();
  }

  /**
   * Runs `work`; if it gives up, the failures end with one for the whole tree.
   * @returns what has failed
   */
  async over(place: Place, stat: ResourceStat, work: () => Promise<unknown>): Promise<MemberFailure[]> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
      const failure = new Failure(
        'failed-dependency',
        'Too many members failed; the rest was left as it was.',
      );
      this.failures.push({ place, stat, failure });
    }
    return this.failures;
  }
}
