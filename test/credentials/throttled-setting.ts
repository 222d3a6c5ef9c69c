import type { TestContext } from 'node:test';
import type { FailureCounter } from '../../src/credentials/failure-counter.js';
import { MemoryFailureCounter } from '../../src/credentials/memory-failure-counter.js';
import { Throttle, type Limits } from '../../src/credentials/throttle.js';
import { isFailure } from '../../src/failure.js';
import { setting } from './setting.js';

/** What came of a try: in, wrong, or the kind of failure with its Retry-After in seconds. */
export type Outcome = 'in' | 'wrong' | `${string} ${string}`;

export interface ThrottledOptions {
  readonly counter?: FailureCounter;
  readonly limits?: Partial<Limits>;
  readonly patience?: number;
  readonly atOnce?: number;
  readonly waiting?: number;
}

const fewerThanUsual: Limits = {
  address: { failures: 50, seconds: 300 },
  user: { failures: 10, seconds: 60 },
};

/** The usual setting behind a throttle, its time in the test's hands. */
export function throttled(t: TestContext, options: ThrottledOptions = {}) {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
  const parts = setting(options);
  const throttle = new Throttle({
    counter: new MemoryFailureCounter(),
    ...options,
    limits: { ...fewerThanUsual, ...options.limits },
  });
  const attempt = (address: string, username: string, password = `${username}-demo`) =>
    parts.authenticator.authenticate({ username, password }, throttle.attempt(address));
  const login = async (address: string, username: string, password?: string): Promise<Outcome> => {
    try {
      return (await attempt(address, username, password)) ? 'in' : 'wrong';
    } catch (error) {
      if (!isFailure(error)) throw error;
      const retryAfter = error.headers.find(([name]) => name === 'Retry-After')?.[1] ?? 'never';
      return `${error.kind} ${retryAfter}`;
    }
  };
  /** Tries wrong passwords one after the other. @returns the last outcome */
  const guess = async (address: string, username: string, times: number): Promise<Outcome | undefined> => {
    let last: Outcome | undefined;
    for (let guessed = 0; guessed < times; guessed += 1)
      last = await login(address, username, `no${guessed}`);
    return last;
  };
  const pass = (milliseconds: number): void => {
    t.mock.timers.tick(milliseconds);
    parts.clock.now += milliseconds;
  };
  return { ...parts, throttle, login, guess, pass };
}

/** How often each outcome came. */
export function tally(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
