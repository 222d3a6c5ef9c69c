import { Failure } from '../../../src/failure.js';
import type { ServerPath } from '../../../src/http/target.js';
import type { Meter, MeteredSpace, Reservation } from '../../../src/storage/space-meter.js';
import type { Channel } from './channel.js';
import {
  beginElsewhere,
  beginQuota,
  countQuota,
  measuredQuota,
  quotaSpace,
  releaseQuota,
  reserveQuota,
  settleQuota,
  unmeasuredQuota,
} from './exchanges.js';

let reservations = 0;

/** A share's meter in the parent. */
export class RemoteMeter implements Meter {
  readonly #channel: Channel;
  readonly #meter: { readonly generation: number; readonly share: ServerPath };

  constructor(channel: Channel, meter: { readonly generation: number; readonly share: ServerPath }) {
    this.#channel = channel;
    this.#meter = meter;
  }

  async begin(measure: () => Promise<number>): Promise<void> {
    if ((await this.#channel.ask(beginQuota, this.#meter)) === 'measured') return;
    try {
      await this.#channel.ask(measuredQuota, { ...this.#meter, bytes: await measure() });
    } catch (error) {
      this.#channel.tell(unmeasuredQuota, this.#meter);
      throw error;
    }
  }

  async beginElsewhere(bytes: number): Promise<void> {
    await this.#channel.ask(beginElsewhere, { ...this.#meter, bytes });
  }

  space(): Promise<MeteredSpace> {
    return this.#channel.ask(quotaSpace, this.#meter);
  }

  async count(bytes: number): Promise<void> {
    if (bytes !== 0) await this.#channel.ask(countQuota, { ...this.#meter, bytes });
  }

  reserve(): Reservation {
    const channel = this.#channel;
    const named = { ...this.#meter, reservation: (reservations += 1) };
    let granted = 0;
    let asked = false;
    let over = false;
    return {
      set: (bytes) => {
        if (bytes <= granted) return;
        asked = true;
        return channel.ask(reserveQuota, { ...named, bytes }).then(() => {
          granted = bytes;
        });
      },
      setAtOnce: (bytes) => {
        if (bytes <= granted) return;
        throw new Failure('conflict', 'The file has just been replaced by another request. Try again.');
      },
      settle: async (bytes) => {
        over = true;
        await channel.ask(settleQuota, { ...named, bytes });
      },
      release: async () => {
        if (over) return;
        over = true;
        // A parent that is gone has forgotten it.
        if (asked) await channel.ask(releaseQuota, named).catch(() => undefined);
      },
    };
  }
}
