import { createHash } from 'node:crypto';
import { Failure } from '../failure.js';
import type { LoginAttempt } from './authenticator.js';
import type { FailureCount, FailureCounter } from './failure-counter.js';
import { networkOf } from './network.js';

/** How many logins may fail. */
interface Limit {
  /** Once this many attempts within a window have failed, further ones are refused. */
  readonly failures: number;
  /** The length of a window: whole seconds, 1 to 86,400. It begins with its first failure. */
  readonly seconds: number;
}

/** The limits on all attempts from one address, and on those for one user name from it. */
export interface Limits {
  readonly address: Limit;
  readonly user: Limit;
}

const defaultLimits: Limits = {
  address: { failures: 100, seconds: 300 },
  user: { failures: 30, seconds: 60 },
};

interface ThrottleOptions {
  readonly counter: FailureCounter;
  /** Default: {@link defaultLimits}. */
  readonly limits?: Partial<Limits>;
  /** Milliseconds in which the counter must answer. Default: 2,000. */
  readonly patience?: number;
}

/** One of the two counts that an attempt belongs to. */
interface Tally extends Limit {
  readonly of: keyof Limits;
  readonly key: string;
}

/**
 * Limits guessing. Names count whether or not there is such a user. An attempt counts from before its password is
 * checked, so that simultaneous attempts cannot exceed the limit together, and stops counting if the password was
 * right or could not be checked.
 */
export class Throttle {
  readonly #counter: FailureCounter;
  readonly #limits: Limits;
  readonly #patience: number;

  constructor({ counter, limits = {}, patience = 2000 }: ThrottleOptions) {
    this.#counter = counter;
    this.#limits = { ...defaultLimits, ...limits };
    this.#patience = patience;
  }

  /**
   * An attempt from `address`: without a zone, an IPv4 address never in its IPv6 form. Attempts from unknown addresses
   * count together.
   */
  attempt(address?: string): ThrottledAttempt {
    return new ThrottledAttempt(address, this.#counter, this.#limits, this.#patience);
  }
}

/** The {@link LoginAttempt.place} of attempts from `address`. */
export function placeOf(address = 'unknown'): string {
  return networkOf(address);
}

/** A login attempt that is counted. */
class ThrottledAttempt implements LoginAttempt {
  readonly place: string;
  readonly address: string | undefined;
  readonly #counter: FailureCounter;
  readonly #limits: Limits;
  readonly #patience: number;
  #counted = false;
  #refusedFor: keyof Limits | undefined;

  constructor(address: string | undefined, counter: FailureCounter, limits: Limits, patience: number) {
    this.place = placeOf(address);
    this.address = address;
    this.#counter = counter;
    this.#limits = limits;
    this.#patience = patience;
  }

  /** Whether it was checked: neither refused, nor one of several simultaneous attempts that shared one check. */
  get counted(): boolean {
    return this.#counted;
  }

  /** The limit for which it was refused, if it was. */
  get refusedFor(): keyof Limits | undefined {
    return this.#refusedFor;
  }

  async admit(username: string): Promise<void> {
    const tallies = this.#tallies(username);
    const counts = await this.#ask(Promise.all(tallies.map(({ key }) => this.#counter.read(key))));
    for (const [index, tally] of tallies.entries()) {
      const count = counts[index];
      if (count && count.failures >= tally.failures) throw this.#refusal(tally, count);
    }
  }

  async count<T>(username: string, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const tallies = this.#tallies(username);
    await this.#add(tallies);
    this.#counted = true;
    const [user, address] = tallies;
    let result: T | undefined;
    try {
      result = await check();
    } catch (error) {
      await this.#takeBack(tallies);
      throw error;
    }
    if (result !== undefined) {
      // If this fails, the count is merely too high, and expires by itself.
      await Promise.allSettled([
        this.#ask(this.#counter.clear(user.key)),
        this.#ask(this.#counter.takeBack(address.key)),
      ]);
    }
    return result;
  }

  async #add(tallies: readonly Tally[]): Promise<void> {
    const counted: Tally[] = [];
    try {
      for (const tally of tallies) {
        const count = await this.#ask(this.#counter.add(tally.key, tally.seconds));
        counted.push(tally);
        if (count.failures > tally.failures) throw this.#refusal(tally, count);
      }
    } catch (error) {
      await this.#takeBack(counted);
      throw error;
    }
  }

  async #takeBack(tallies: readonly Tally[]): Promise<void> {
    await Promise.allSettled(tallies.map(({ key }) => this.#ask(this.#counter.takeBack(key))));
  }

  #tallies(username: string): readonly [user: Tally, address: Tally] {
    const { user, address } = this.#limits;
    return [
      { ...user, of: 'user', key: digest(`${this.place}\n${username}`) },
      { ...address, of: 'address', key: digest(this.place) },
    ];
  }

  #refusal({ of }: Tally, { endsIn }: FailureCount): Failure {
    this.#refusedFor = of;
    const seconds = Math.ceil(endsIn / 1000);
    return new Failure('too-many-requests', 'Too many logins have failed. Wait before the next try.', {
      headers: [['Retry-After', String(seconds)]],
    });
  }

  /** The counter's answer, if it comes in time. Otherwise no new user gets in, because anybody could be guessing. */
  async #ask<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new Failure('unavailable', 'The server cannot count logins at the moment. Try again.', {
            headers: [['Retry-After', '2']],
          }),
        );
      }, this.#patience);
    });
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Identifies a count with a fixed length, whatever the client sent; equal in all processes that share the counts. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
