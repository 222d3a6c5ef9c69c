import { Failure } from '../../../src/failure.js';
import type { ServerPath } from '../../../src/http/target.js';
import { SpaceMeter, type Reservation } from '../../../src/storage/space-meter.js';
import type { Channel } from './channel.js';

/** Where a share's storage is measured: nowhere yet, by a worker at the moment, or it has been. */
type Measuring = 'not' | 'done' | { readonly by: Channel };

/** What the workers together have counted against one share's quota. */
class SharedMeter {
  readonly meter: SpaceMeter;
  readonly #reserved = new Map<Channel, Map<number, Reservation>>();
  #measuring: Measuring = 'not';
  #waiting: { readonly by: Channel; readonly go: (told: 'measure' | 'measured') => void }[] = [];
  #elsewhere = false;

  constructor(quota: number) {
    this.meter = new SpaceMeter(quota);
  }

  begin(by: Channel): Promise<'measure' | 'measured'> | 'measure' | 'measured' {
    if (this.#measuring === 'done') return 'measured';
    if (this.#measuring === 'not') {
      this.#measuring = { by };
      return 'measure';
    }
    return new Promise((resolve) => {
      this.#waiting.push({ by, go: resolve });
    });
  }

  measured(by: Channel, bytes: number): void {
    if (!this.#isMeasuredBy(by)) return;
    this.meter.count(bytes);
    this.#measuring = 'done';
    for (const { go } of this.#waiting.splice(0)) go('measured');
  }

  /** The next one measures. */
  unmeasured(by: Channel): void {
    if (!this.#isMeasuredBy(by)) return;
    const next = this.#waiting.shift();
    this.#measuring = next ? { by: next.by } : 'not';
    next?.go('measure');
  }

  #isMeasuredBy(by: Channel): boolean {
    return typeof this.#measuring === 'object' && this.#measuring.by === by;
  }

  beginElsewhere(bytes: number): void {
    if (this.#elsewhere) return;
    this.#elsewhere = true;
    this.meter.count(bytes);
  }

  /** @throws Failure `insufficient-storage` */
  reserve(by: Channel, number: number, bytes: number): void {
    const own = this.#reserved.get(by) ?? new Map<number, Reservation>();
    this.#reserved.set(by, own);
    const reservation = own.get(number) ?? this.meter.reserve();
    own.set(number, reservation);
    reservation.setAtOnce(bytes);
  }

  settle(by: Channel, number: number, bytes: number): void {
    const reservation = this.#reserved.get(by)?.get(number) ?? this.meter.reserve();
    this.#reserved.get(by)?.delete(number);
    void reservation.settle(bytes);
  }

  release(by: Channel, number: number): void {
    void this.#reserved.get(by)?.get(number)?.release();
    this.#reserved.get(by)?.delete(number);
  }

  leave(by: Channel): void {
    for (const reservation of this.#reserved.get(by)?.values() ?? []) void reservation.release();
    this.#reserved.delete(by);
    this.#waiting = this.#waiting.filter((waiting) => waiting.by !== by);
    this.unmeasured(by);
  }
}

/** The meters of one declaration's shares that have a quota. */
export class QuotaOffice {
  readonly #meters: ReadonlyMap<ServerPath, SharedMeter>;

  /** @param quotas bytes, by the share's path */
  constructor(quotas: ReadonlyMap<ServerPath, number>) {
    this.#meters = new Map([...quotas].map(([share, quota]) => [share, new SharedMeter(quota)]));
  }

  /** @throws Failure `internal` for a share without a quota */
  of(share: ServerPath): SharedMeter {
    const meter = this.#meters.get(share);
    if (!meter) throw new Failure('internal', 'This share has no quota.');
    return meter;
  }

  /** Gives back what a worker that has ended had reserved. */
  leave(worker: Channel): void {
    for (const meter of this.#meters.values()) meter.leave(worker);
  }
}
