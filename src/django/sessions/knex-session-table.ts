import type { Knex } from 'knex';
import type { DatabaseLocation } from '../../database/location.js';
import { answered } from '../answered.js';
import { databaseTimes } from './database-time.js';

export interface KnexSessionTableOptions {
  readonly kind: DatabaseLocation['kind'];
  /** SessionSettings.table: `django_session`, unless the site has its own session model. */
  readonly table: string;
  /**
   * The zone of the times in SQLite and MySQL: UTC, the default, if the site's USE_TZ is true; its TIME_ZONE if USE_TZ
   * is false. PostgreSQL stores the zone with the time.
   */
  readonly timeZone?: string;
}

/** A row of a session table (django.contrib.sessions.base_session.AbstractBaseSession). */
interface SessionRow {
  /** `session_data`: signed text. */
  readonly data: string;
  /** `expire_date`, in milliseconds since 1970. */
  readonly expires: number;
}

/**
 * The table in which a Django site's engines `db` and `cached_db` keep sessions, in whichever database `knex` is connected
 * to; only reads.
 */
export class KnexSessionTable {
  readonly #knex: Knex;
  readonly #table: string;
  readonly #expires: Knex.Raw;
  readonly #instant: (expires: unknown) => number | undefined;

  /** @throws RangeError for an unknown time zone */
  constructor(knex: Knex, { kind, table, timeZone = 'UTC' }: KnexSessionTableOptions) {
    this.#knex = knex;
    this.#table = table;
    if (kind === 'postgresql') {
      this.#expires = knex.raw('extract(epoch from expire_date) as expires');
      this.#instant = (seconds) => Number(seconds) * 1000;
    } else {
      // As text: MySQL's driver would read it as a time in this process's own zone.
      this.#expires = knex.raw('cast(expire_date as char(26)) as expires');
      const instantOf = databaseTimes(timeZone);
      this.#instant = (text) => (typeof text === 'string' ? instantOf(text) : undefined);
    }
  }

  /**
   * The row with this key, expired or not.
   * @throws Failure `unavailable` if the database cannot answer
   */
  async read(key: string): Promise<SessionRow | undefined> {
    const sessions = this.#knex(this.#table).where({ session_key: key });
    const row: unknown = await answered(sessions.first<unknown>('session_data', this.#expires));
    if (typeof row !== 'object' || row === null || !('session_data' in row && 'expires' in row)) {
      return undefined;
    }
    const { session_data: data, expires } = row;
    const instant = this.#instant(expires);
    return typeof data === 'string' && instant !== undefined ? { data, expires: instant } : undefined;
  }
}
