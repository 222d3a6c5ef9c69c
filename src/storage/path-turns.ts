import { busy, Failure } from '../failure.js';
import { isSameOrBelow } from '../http/target.js';

/** What a change is about; each path stands for itself and everything below. */
export interface Claim {
  readonly writes: readonly string[];
  /** What must not change in the meantime. Changes that only read do not wait for each other. */
  readonly reads?: readonly string[];
  /** Paths whose earlier writers this change waits for, while later writers do not wait for this change. */
  readonly sees?: readonly string[];
}

export interface Turn {
  /** What the changes that this one waited for have written. */
  readonly written: readonly string[];
  /**
   * Lets the next changes start. Idempotent.
   * @param changed whether anything was written; default: yes
   * @returns what to await before the change is reported, where other processes take turns, too
   */
  end(changed?: boolean): Promise<void> | void;
}

interface TurnLimits {
  /** Milliseconds that a change waits for its turn. */
  readonly patience: number;
  /** Changes that may wait at once. */
  readonly waiting: number;
  /** The part of these that one owner may take. */
  readonly waitingOfOne?: number;
}

export interface Taking {
  /** Aborts the waiting. */
  readonly signal?: AbortSignal | undefined;
  readonly owner?: string;
}

/** Turns at changing what has a path, for this process or for several together. */
export interface Turns {
  /** As {@link PathTurns.take}. */
  take(claim: Claim, taking?: Taking): Promise<Turn>;
  /** As {@link PathTurns.enter}. */
  enter(path: string): () => void;
  /** A turn at one resource alone that excludes the small changes of other processes; missing: there are none. */
  alone?(path: string, taking?: Taking): Promise<Turn>;
  /**
   * What to await before `enter` if it would refuse, because another process has such a turn at this resource, or has had
   * one that ends only now; undefined: nothing.
   */
  settled?(path: string): Promise<void> | undefined;
}

/** The part of a claim that others may have to wait for. */
type Held = Required<Omit<Claim, 'sees'>>;

interface Entry {
  readonly claim: Held;
  /** Resolves when the change is over, to whether it has written anything. */
  readonly over: Promise<boolean>;
  readonly end: (changed?: boolean) => void;
  /** Whether its turn has come or is about to come. */
  begun: boolean;
}

const unlimited: TurnLimits = { patience: Infinity, waiting: Infinity };

/** Makes changes of the same resource, or of a resource and something below it, wait for each other in their order. */
export class PathTurns implements Turns {
  readonly #entries = new Set<Entry>();
  readonly #limits: TurnLimits;
  readonly #waitingOf = new Map<string, number>();
  #waiting = 0;

  constructor(limits: TurnLimits = unlimited) {
    this.#limits = limits;
  }

  /**
   * Waits until no earlier change works at, above or below one of the paths.
   * @throws Failure `unavailable` with Retry-After if that takes too long or too many wait; `malformed` if `signal`
   *   aborts it
   */
  async take({ writes, reads = [], sees = [] }: Claim, { signal, owner = '' }: Taking = {}): Promise<Turn> {
    const entry = newEntry({ writes, reads });
    const before = [...this.#entries].filter(
      ({ claim }) => conflict(claim, entry.claim) || touches(claim.writes, sees),
    );
    if (before.length > 0 && this.#isFull(owner)) throw stillBusy();
    this.#entries.add(entry);
    const end = (changed = true): void => {
      this.#entries.delete(entry);
      entry.end(changed);
    };
    const written: string[] = [];
    try {
      if (before.length > 0) {
        this.#count(owner, 1);
        try {
          written.push(...(await this.#waitFor(before, signal)));
        } finally {
          this.#count(owner, -1);
        }
      }
      entry.begun = true;
      // Small changes that have begun while this one waited; from now on no more can begin.
      const small = [...this.#entries].filter(
        (other) => other !== entry && other.begun && conflict(other.claim, entry.claim),
      );
      if (small.length > 0) await this.#waitFor(small, signal);
    } catch (error) {
      end(false);
      throw error;
    }
    return { written, end };
  }

  /**
   * Begins a small change that waits for nobody, so that it can begin amid others: later changes wait for it.
   * @returns the function that ends it
   * @throws Failure `conflict` if a change is under way at or above the path
   */
  enter(path: string): () => void {
    const entry = newEntry({ writes: [], reads: [path] });
    entry.begun = true;
    if (this.#isBegunAt(entry.claim)) {
      throw new Failure(
        'conflict',
        'Another request is moving, copying or removing this right now. Try again.',
      );
    }
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
      entry.end(false);
    };
  }

  /** Whether {@link enter} would refuse this path now. */
  refuses(path: string): boolean {
    return this.#isBegunAt({ writes: [], reads: [path] });
  }

  #isBegunAt(claim: Held): boolean {
    for (const other of this.#entries) if (other.begun && conflict(other.claim, claim)) return true;
    return false;
  }

  #isFull(owner: string): boolean {
    const { waiting, waitingOfOne = waiting } = this.#limits;
    return this.#waiting >= waiting || (this.#waitingOf.get(owner) ?? 0) >= waitingOfOne;
  }

  #count(owner: string, change: 1 | -1): void {
    this.#waiting += change;
    const own = (this.#waitingOf.get(owner) ?? 0) + change;
    if (own > 0) this.#waitingOf.set(owner, own);
    else this.#waitingOf.delete(owner);
  }

  /** @returns what they have written */
  async #waitFor(before: readonly Entry[], signal: AbortSignal | undefined): Promise<string[]> {
    const { patience } = this.#limits;
    const all = Promise.all(before.map(async ({ over, claim }) => ((await over) ? claim.writes : []))).then(
      (writes) => writes.flat(),
    );
    let giveUp: () => void = () => undefined;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      giveUp = () => reject(new Failure('malformed', 'The client disconnected before this was done.'));
      if (Number.isFinite(patience)) {
        timer = setTimeout(() => reject(stillBusy()), patience);
      }
    });
    if (signal?.aborted === true) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([all, limit]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }
}

function newEntry(claim: Held): Entry {
  let end: (changed?: boolean) => void = () => undefined;
  const over = new Promise<boolean>((resolve) => {
    end = (changed = true) => resolve(changed);
  });
  return { claim, over, end, begun: false };
}

function stillBusy(): Failure {
  return busy('Other requests are still changing this. Try again later.', 5);
}

function conflict(one: Held, other: Held): boolean {
  return (
    touches(one.writes, other.writes) || touches(one.writes, other.reads) || touches(one.reads, other.writes)
  );
}

function touches(paths: readonly string[], others: readonly string[]): boolean {
  return paths.some((path) =>
    others.some((other) => isSameOrBelow(path, other) || isSameOrBelow(other, path)),
  );
}
