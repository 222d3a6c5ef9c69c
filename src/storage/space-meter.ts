import { Failure } from '../failure.js';

/** Bytes that are set apart for something on its way. */
export interface Reservation {
  /**
   * Changes how many they are; fewer than none where something larger is being replaced.
   * @throws Failure `insufficient-storage` with the condition of RFC 4331 when more are asked for than there are
   */
  set(bytes: number): void;
  /** Counts `bytes`, which may be negative, as used, and sets nothing apart any more. */
  settle(bytes: number): void;
  /** Sets nothing apart any more. Idempotent, and nothing after `settle`. */
  release(): void;
}

/** Counts the bytes of a storage against its quota, those on their way included. */
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

  /** Counts bytes that are there, or with a minus are gone, whatever the quota says. */
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
          throw new Failure(
            'insufficient-storage',
            'This would be more than the share\u2019s quota allows.',
            {
              condition: 'quota-not-exceeded',
            },
          );
        }
        hold(more);
      },
      settle: (bytes) => {
        hold(0);
        this.count(bytes);
      },
      release: () => {
        hold(0);
      },
    };
  }
}
