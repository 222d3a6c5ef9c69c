import { Failure } from '../failure.js';
import type { WhenGone } from '../async/when-gone.js';

/** What a slot is held for, as far as it hangs on the client. */
export interface Held {
  /** Milliseconds for which its client may leave everything as it is while somebody waits for a slot. */
  readonly patience: number;
  /**
   * Grows with each byte that the client sends or takes; undefined while it is not the client that is waited for.
   */
  moved(): number | undefined;
  /** Ends it, because its client moved nothing for too long. It then gives its slot back. */
  end(): void;
}

/** A slot that somebody has. */
export interface Slot {
  /** Says what it is held for; what nobody tells of is never ended. */
  holdFor(held: Held): void;
  /** Gives it back. Idempotent. */
  release(): void;
}

export interface SlotLimits {
  /** In all. */
  readonly most: number;
  /** Of one owner. */
  readonly mostOfOne: number;
  /** How many may wait, in all and of one owner. */
  readonly mostWaiting: number;
  readonly mostWaitingOfOne: number;
  /** Milliseconds that one waits at most. */
  readonly patience: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Milliseconds between two looks at those who wait and those whom they wait for. */
const between = 1000;

/** Somebody who waits. */
interface Waiting {
  readonly owner: string;
  readonly amount: number;
  readonly since: number;
  readonly go: () => void;
  readonly giveUp: (reason: Error) => void;
}

interface Taken extends Slot {
  readonly owner: string;
  readonly amount: number;
  held: Held | undefined;
  /** What had been moved when that was last seen to change, and when. */
  moved: number | undefined;
  since: number;
}

/**
 * So much at once and no more, and for one owner a part of it at most; the others wait, in the order in which they came,
 * so many of them and so long. Whose client lets its slot stand idle while somebody waits for it loses it.
 */
export class Slots {
  readonly #limits: SlotLimits;
  #free: number;
  readonly #owned = new Map<string, number>();
  readonly #taken = new Set<Taken>();
  readonly #waiting = new Set<Waiting>();
  readonly #waitingOf = new Map<string, number>();
  #looking: NodeJS.Timeout | undefined;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
    this.#free = limits.most;
  }

  /** A slot, or as much of the whole as `amount`, where that is free. */
  takeFree(owner: string, amount = 1): Slot | undefined {
    const wanted = Math.min(amount, this.#limits.mostOfOne);
    return this.#mayTake(owner, wanted) ? this.#take(owner, wanted) : undefined;
  }

  /**
   * Waits for a slot, or for as much of the whole as `amount`, of which one owner gets no more than all that is theirs.
   * @throws Failure `unavailable` where too many wait, or for too long; the reason why nobody waits any more
   */
  async take(owner: string, whenGone: WhenGone, amount = 1): Promise<Slot> {
    return this.takeFree(owner, amount) ?? this.#turn(owner, whenGone, amount);
  }

  #mayTake(owner: string, amount: number): boolean {
    return this.#free >= amount && (this.#owned.get(owner) ?? 0) + amount <= this.#limits.mostOfOne;
  }

  #take(owner: string, amount: number): Slot {
    this.#free -= amount;
    add(this.#owned, owner, amount);
    const taken: Taken = {
      owner,
      amount,
      held: undefined,
      moved: undefined,
      since: 0,
      holdFor: (held) => {
        taken.held = held;
        taken.moved = undefined;
      },
      release: () => {
        if (this.#taken.delete(taken)) this.#giveBack(owner, amount);
      },
    };
    this.#taken.add(taken);
    return taken;
  }

  #turn(owner: string, whenGone: WhenGone, asked: number): Promise<Slot> {
    const { mostWaiting, mostWaitingOfOne, mostOfOne, now } = this.#limits;
    if (this.#waiting.size >= mostWaiting || (this.#waitingOf.get(owner) ?? 0) >= mostWaitingOfOne) {
      throw busy();
    }
    const amount = Math.min(asked, mostOfOne);
    return new Promise((resolve, reject) => {
      let forget = (): void => undefined;
      const waiting: Waiting = {
        owner,
        amount,
        since: now(),
        go: () => {
          this.#leave(waiting);
          forget();
          resolve(this.#take(owner, amount));
        },
        giveUp: (reason) => {
          this.#leave(waiting);
          forget();
          reject(reason);
        },
      };
      this.#waiting.add(waiting);
      add(this.#waitingOf, owner, 1);
      this.#looking ??= setInterval(() => {
        this.#look();
      }, between).unref();
      forget = whenGone(waiting.giveUp);
    });
  }

  #leave(waiting: Waiting): void {
    if (!this.#waiting.delete(waiting)) return;
    add(this.#waitingOf, waiting.owner, -1);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
    for (const taken of this.#taken) taken.moved = undefined;
  }

  #giveBack(owner: string, amount: number): void {
    this.#free += amount;
    add(this.#owned, owner, -amount);
    for (const waiting of this.#waiting) {
      if (this.#free === 0) return;
      if (this.#mayTake(waiting.owner, waiting.amount)) waiting.go();
    }
  }

  #look(): void {
    const { patience, now } = this.#limits;
    const time = now();
    for (const taken of [...this.#taken]) {
      if (this.#isIdle(taken, time) && this.#isWantedFrom(taken.owner)) {
        taken.held?.end();
        taken.release();
      }
    }
    for (const waiting of [...this.#waiting]) {
      if (time - waiting.since >= patience) waiting.giveUp(busy());
    }
  }

  #isIdle(taken: Taken, time: number): boolean {
    const moved = taken.held?.moved();
    if (taken.held === undefined || moved === undefined || moved !== taken.moved) {
      taken.moved = moved;
      taken.since = time;
      return false;
    }
    return time - taken.since >= taken.held.patience;
  }

  /** Whether somebody could go on if this owner had less: this owner, or all whom not their own share keeps. */
  #isWantedFrom(owner: string): boolean {
    for (const waiting of this.#waiting) {
      if (waiting.owner === owner) return true;
      if ((this.#owned.get(waiting.owner) ?? 0) + waiting.amount <= this.#limits.mostOfOne) return true;
    }
    return false;
  }
}

function busy(): Failure {
  return new Failure(
    'unavailable',
    'Too many requests wait for the Subversion server. Try again in a minute.',
    {
      headers: [['Retry-After', '60']],
    },
  );
}

function add(counts: Map<string, number>, owner: string, amount: number): void {
  const count = (counts.get(owner) ?? 0) + amount;
  if (count > 0) counts.set(owner, count);
  else counts.delete(owner);
}
