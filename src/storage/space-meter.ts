import { Failure } from '../failure.js';

export interface Reservation {
  /**
   * Changes the number of reserved bytes, which is negative if something larger is being replaced.
   * @returns what to await where another process counts
   * @throws Failure `insufficient-storage` with the condition of RFC 4331 if there are not that many left
   */
  set(bytes: number): Promise<void> | void;
  /**
   * As `set`, but at once.
   * @throws Failure as `set`; `conflict` where another process counts and would have to be asked first
   */
  setAtOnce(bytes: number): void;
  /** Counts `bytes`, which may be negative, as used, and ends the reservation. Resolves when everybody sees that. */
  settle(bytes: number): Promise<void> | void;
  /** Ends the reservation. Idempotent; does nothing after `settle`. Resolves when everybody sees that. */
  release(): Promise<void> | void;
}

/** The bytes of a storage, in use and free. */
export interface MeteredSpace {
  readonly used: number;
  readonly available: number;
}

/** Counts the bytes of a storage against its quota, including those on their way. */
export interface Meter {
  /**
   * Counts what is there already: once, whoever else uses this meter.
   * @param measure walks through the storage
   * @throws what `measure` throws; the next call measures again
   */
  begin(measure: () => Promise<number>): Promise<void>;
  /** Counts what is stored elsewhere already: once, whoever else uses this meter. */
  beginElsewhere(bytes: number): Promise<void> | void;
  space(): Promise<MeteredSpace> | MeteredSpace;
  /** Counts bytes as used or, if negative, as freed, whatever the quota is. Resolves when everybody sees that. */
  count(bytes: number): Promise<void> | void;
  reserve(): Reservation;
}

/** Counts in this process. */
export class SpaceMeter implements Meter {
  readonly #quota: number;
  #used = 0;
  #reserved = 0;

  /** @param quota bytes */
  constructor(quota: number) {
    this.#quota = quota;
  }

  async begin(measure: () => Promise<number>): Promise<void> {
    this.count(await measure());
  }

  beginElsewhere(bytes: number): void {
    this.count(bytes);
  }

  get used(): number {
    return Math.max(0, this.#used);
  }

  get available(): number {
    return Math.max(0, this.#quota - this.used - this.#reserved);
  }

  space(): MeteredSpace {
    return { used: this.used, available: this.available };
  }

  count(bytes: number): void {
    this.#used += bytes;
  }

  reserve(): Reservation & { set(bytes: number): void; settle(bytes: number): void } {
    let held = 0;
    const hold = (bytes: number): void => {
      this.#reserved += bytes - held;
      held = bytes;
    };
    const set = (bytes: number): void => {
      const more = Math.max(0, bytes);
      if (more > held && more - held > this.available) throw quotaExceeded();
      hold(more);
    };
    return {
      set,
      setAtOnce: set,
      settle: (bytes) => {
        hold(0);
        this.count(bytes);
      },
      release: () => hold(0),
    };
  }
}

/** What exceeds a quota is told. */
export function quotaExceeded(): Failure {
  return new Failure('insufficient-storage', 'This would exceed the share\u2019s quota.', {
    condition: 'quota-not-exceeded',
  });
}
