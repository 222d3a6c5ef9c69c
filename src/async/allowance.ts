/** What one owner has taken from an allowance for one purpose, such as the bytes of a body being read. */
export interface Holding {
  /** Takes more. @returns whether there was room; if not, nothing has changed */
  grow(amount: number): boolean;
  /** Gives everything back. Idempotent; afterwards nothing more can be taken. */
  release(): void;
}

interface AllowanceLimits {
  /** For all owners together. */
  readonly inAll: number;
  /** For each owner. */
  readonly perOwner: number;
}

/** A limited amount of something, such as bytes of memory, of which one owner may take only a part. */
export class Allowance {
  readonly #limits: AllowanceLimits;
  readonly #held = new Map<string, number>();
  #heldInAll = 0;

  constructor(limits: AllowanceLimits) {
    this.#limits = limits;
  }

  /** The amount that all owners have taken at the moment. */
  get held(): number {
    return this.#heldInAll;
  }

  hold(owner: string): Holding {
    let taken = 0;
    let over = false;
    return {
      grow: (amount) => {
        if (over || !this.#take(owner, amount)) return false;
        taken += amount;
        return true;
      },
      release: () => {
        if (taken > 0) this.#giveBack(owner, taken);
        taken = 0;
        over = true;
      },
    };
  }

  #take(owner: string, amount: number): boolean {
    const own = this.#held.get(owner) ?? 0;
    const { inAll, perOwner } = this.#limits;
    if (own + amount > perOwner || this.#heldInAll + amount > inAll) return false;
    this.#held.set(owner, own + amount);
    this.#heldInAll += amount;
    return true;
  }

  #giveBack(owner: string, amount: number): void {
    this.#heldInAll -= amount;
    const rest = (this.#held.get(owner) ?? 0) - amount;
    if (rest > 0) this.#held.set(owner, rest);
    else this.#held.delete(owner);
  }
}
