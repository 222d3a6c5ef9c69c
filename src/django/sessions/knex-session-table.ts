import type { Knex } from 'knex';
import { Failure } from '../../failure.js';
import type { DatabaseLocation } from '../../database/location.js';
import { DatabaseTime } from './database-time.js';
import type { SessionRow, SessionTable } from './session-table.js';

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

/** A Django site's session table, in whichever database `knex` is connected to. */
export class KnexSessionTable implements SessionTable {
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
      const time = new DatabaseTime(timeZone);
      this.#instant = (text) => (typeof text === 'string' ? time.instant(text) : undefined);
    }
  }

  async read(key: string): Promise<SessionRow | undefined> {
    const row = await this.#row(key);
    if (typeof row !== 'object' || row === null || !('session_data' in row && 'expires' in row)) {
      return undefined;
    }
    const { session_data: data, expires } = row;
    const instant = this.#instant(expires);
    return typeof data === 'string' && instant !== undefined ? { data, expires: instant } : undefined;
  }

  async #row(key: string): Promise<unknown> {
    try {
      return await this.#knex(this.#table)
        .where({ session_key: key })
        .first<unknown>('session_data', this.#expires);
    } catch (cause) {
      throw new Failure('unavailable', 'The user database cannot answer.', {
        cause,
        headers: [['Retry-After', '2']],
      });
    }
  }
}
