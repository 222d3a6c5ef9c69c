import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { FailureCount, FailureCounter } from './failure-counter.js';

/** The counting methods of rate-limiter-flexible's limiters; the throttle applies the limits. */
export type Limiter = Pick<RateLimiterAbstract, 'get' | 'penalty' | 'reward' | 'delete'>;

/** Counts in one of rate-limiter-flexible's limiters, and rejects when it does. */
export class LimiterCounter implements FailureCounter {
  readonly #limiter: Limiter;

  constructor(limiter: Limiter) {
    this.#limiter = limiter;
  }

  async read(key: string): Promise<FailureCount | undefined> {
    const found = await this.#limiter.get(key);
    // A limiter in memory expires by timers, which may be late.
    if (!found || found.msBeforeNext <= 0 || found.consumedPoints <= 0) return undefined;
    return { failures: found.consumedPoints, endsIn: found.msBeforeNext };
  }

  async add(key: string, seconds: number): Promise<FailureCount> {
    const counted = await this.#limiter.penalty(key, 1, { customDuration: seconds });
    return { failures: counted.consumedPoints, endsIn: Math.max(counted.msBeforeNext, 1) };
  }

  async takeBack(key: string): Promise<void> {
    const running = await this.read(key);
    if (!running) return;
    // If the window ends at this moment, this begins one with a count of -1: make it short, so that nobody can save up
    // attempts.
    await this.#limiter.reward(key, 1, { customDuration: Math.ceil(running.endsIn / 1000) });
  }

  async clear(key: string): Promise<void> {
    await this.#limiter.delete(key);
  }
}
