import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { FailureCount, FailureCounter } from './failure-counter.js';
import { LimiterCounter } from './limiter-counter.js';

/**
 * Counts for this process only, lost when it ends. When it is full, it drops the keys whose last failure is longest
 * ago.
 */
export class MemoryFailureCounter implements FailureCounter {
  readonly #capacity: number;
  readonly #counter = new LimiterCounter(new RateLimiterMemory({ keyPrefix: '', points: 1, duration: 1 }));
  /** In the order of their last failure. May contain a key whose window has ended. */
  readonly #keys = new Set<string>();

  /** @param capacity the most keys to count, at least 1; each takes about 500 bytes */
  constructor(capacity = 50_000) {
    this.#capacity = capacity;
  }

  read(key: string): Promise<FailureCount | undefined> {
    return this.#counter.read(key);
  }

  async add(key: string, seconds: number): Promise<FailureCount> {
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size > this.#capacity) await this.#forgetOldest();
    return this.#counter.add(key, seconds);
  }

  takeBack(key: string): Promise<void> {
    return this.#counter.takeBack(key);
  }

  async clear(key: string): Promise<void> {
    this.#keys.delete(key);
    await this.#counter.clear(key);
  }

  async #forgetOldest(): Promise<void> {
    for (const oldest of this.#keys) {
      await this.clear(oldest);
      return;
    }
  }
}
