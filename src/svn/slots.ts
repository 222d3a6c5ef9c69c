import { busy, type Failure } from '../failure.js';
import type { WhenGone } from '../async/when-gone.js';

/** What a slot is used for, as far as it depends on the client. */
export interface Held {
  /** Milliseconds that its client may do nothing while somebody waits for a slot. */
  readonly patience: number;
  /**
   * A number that grows with each byte that the client sends or receives; undefined while the client is not what holds
   * things up.
   */
  moved(): number | undefined;
  /** Ends it because its client has moved nothing for too long. It then releases its slot. */
  end(): void;
}

export interface Slot {
  /** Says what the slot is used for; a slot without this is never taken away. */
  holdFor(held: Held): void;
  /** Releases it. Idempotent. */
  release(): void;
}

export interface SlotLimits {
  readonly most: number;
  readonly mostOfOne: number;
  /** How many requests may wait, in all and of one owner. */
  readonly mostWaiting: number;
  readonly mostWaitingOfOne: number;
  /** The longest time that a request waits, in milliseconds. */
  readonly patience: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Milliseconds between two checks of those who wait and those whom they wait for. */
const between = 1000;

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
  /** The last value of `moved`, and since when it has not changed. */
  moved: number | undefined;
  since: number;
}

/**
 * A limited number of slots, of which one owner may hold only a part; other requests wait in order of arrival, within
 * limits on their number and time. A client that lets its slot stand idle while somebody waits for it loses the slot.
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

  /** A slot, or `amount` of them at once, if they are free. */
  takeFree(owner: string, amount = 1): Slot | undefined {
    const wanted = Math.min(amount, this.#limits.mostOfOne);
    return this.#mayTake(owner, wanted) ? this.#take(owner, wanted) : undefined;
  }

  /**
   * Waits for a slot, or for `amount` of them at once, limited to what one owner may hold.
   * @throws Failure `unavailable` if too many wait, or for too long; the reason if `whenGone` ends the waiting
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
      throw tooManyWait();
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
      this.#looking ??= setInterval(() => this.#look(), between).unref();
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
      if (time - waiting.since >= patience) waiting.giveUp(tooManyWait());
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

  /** Whether somebody could go on if this owner held less: the owner, or anyone who has not reached their own limit. */
  #isWantedFrom(owner: string): boolean {
    for (const waiting of this.#waiting) {
      if (waiting.owner === owner) return true;
      if ((this.#owned.get(waiting.owner) ?? 0) + waiting.amount <= this.#limits.mostOfOne) return true;
    }
    return false;
  }
}

function tooManyWait(): Failure {
  return busy('Too many requests are waiting for the Subversion server. Try again in a minute.', 60);
}

function add(counts: Map<string, number>, owner: string, amount: number): void {
  const count = (counts.get(owner) ?? 0) + amount;
  if (count > 0) counts.set(owner, count);
  else counts.delete(owner);
}
