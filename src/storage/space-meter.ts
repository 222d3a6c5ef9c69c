import { Failure } from '../failure.js';

export interface Reservation {
  /**
   * Changes the number of reserved bytes, which is negative if something larger is being replaced.
   * @throws Failure `insufficient-storage` with the condition of RFC 4331 if there are not that many left
   */
  set(bytes: number): void;
  /** Counts `bytes`, which may be negative, as used, and ends the reservation. */
  settle(bytes: number): void;
  /** Ends the reservation. Idempotent; does nothing after `settle`. */
  release(): void;
}

/** Counts the bytes of a storage against its quota, including those on their way. */
export class SpaceMeter {
  readonly #quota: number;
  #used = 0;
  #reserved = 0;

  /** @param quota bytes */
  constructor(quota: number) {
    this.#quota = quota;
  }

  get used(): number {
    return Math.max(0, this.#used);
  }

  get available(): number {
    return Math.max(0, this.#quota - this.used - this.#reserved);
  }

  /** Counts bytes as used or, if negative, as freed, whatever the quota is. */
  count(bytes: number): void {
    this.#used += bytes;
  }

  reserve(): Reservation {
    let held = 0;
    const hold = (bytes: number): void => {
      this.#reserved += bytes - held;
      held = bytes;
    };
    return {
      set: (bytes) => {
        const more = Math.max(0, bytes);
        if (more > held && more - held > this.available) {
          throw new Failure('insufficient-storage', 'This would exceed the share\u2019s quota.', {
            condition: 'quota-not-exceeded',
          });
        }
        hold(more);
      },
      settle: (bytes) => {
        hold(0);
        this.count(bytes);
      },
      release: () => hold(0),
    };
  }
}
