import { RateLimiterPostgres, RateLimiterSQLite } from 'rate-limiter-flexible';
import type { FailureCount, FailureCounter } from '../credentials/failure-counter.js';
import { LimiterCounter, type Limiter } from '../credentials/limiter-counter.js';
import { orUnavailable } from './or-unavailable.js';
import type { StateDatabase } from './database.js';
import { isPostgresql } from './postgresql.js';

/** How often to remove ended windows, in milliseconds: only while failures are being counted. */
const purgeInterval = 60_000;

/** Counts in the state database, shared by all instances on it, whose clocks must agree to about a second. */
export class SqlFailureCounter implements FailureCounter {
  readonly #database: StateDatabase;
  readonly #counter: LimiterCounter;
  #purged = 0;

  constructor(database: StateDatabase) {
    this.#database = database;
    this.#counter = new LimiterCounter(openLimiter(database));
  }

  read(key: string): Promise<FailureCount | undefined> {
    return orUnavailable(this.#counter.read(key));
  }

  async add(key: string, seconds: number): Promise<FailureCount> {
    await orUnavailable(this.#purge());
    return orUnavailable(this.#counter.add(key, seconds));
  }

  takeBack(key: string): Promise<void> {
    return orUnavailable(this.#counter.takeBack(key));
  }

  clear(key: string): Promise<void> {
    return orUnavailable(this.#counter.clear(key));
  }

  async #purge(): Promise<void> {
    const now = Date.now();
    if (Math.abs(now - this.#purged) < purgeInterval) return;
    this.#purged = now;
    await this.#database.knex('login_failures').where('expire', '<', now).delete();
  }
}

function openLimiter(database: StateDatabase): Limiter {
  const options = {
    storeClient: database.knex,
    storeType: 'knex',
    tableName: 'login_failures',
    // Our migration creates the table. The library's own purge would go on after the database has been closed.
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: '',
    points: 1,
    duration: 1,
  };
  return isPostgresql(database.knex) ? new RateLimiterPostgres(options) : new RateLimiterSQLite(options);
}
