import { databaseTrouble } from '../database/database-trouble.js';
import { clockAhead } from '../database/server-clock.js';
import type { StateLocation } from './database.js';
import { openPostgresqlState } from './postgresql.js';

/** What a check of a state database has found. */
interface StateProbe {
  /** Why it cannot be used, with a remedy; undefined if it can. */
  readonly trouble?: string;
  /** Seconds that its clock is ahead of this machine's. */
  readonly ahead?: number;
}

/** Checks a state database without creating anything in it. A SQLite file is not checked. */
export async function probeState(location: StateLocation, now: () => number): Promise<StateProbe> {
  if (location.kind === 'sqlite') return {};
  const database = openPostgresqlState(location.server);
  try {
    const rows: unknown = await database.select(
      database.raw(
        "to_regclass('knex_migrations') is not null or has_schema_privilege(current_schema(), 'CREATE') as usable",
      ),
    );
    const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
    if (typeof row !== 'object' || row === null || !('usable' in row) || row.usable !== true) {
      const { database: name, user } = location.server;
      return {
        trouble: `the role${user === undefined ? '' : ` ${user}`} cannot create tables in database ${name}: GRANT CREATE ON SCHEMA public, or make it the owner of the database`,
      };
    }
    const ahead = await clockAhead(database, 'postgresql', now);
    return ahead === undefined ? {} : { ahead };
  } catch (error) {
    return { trouble: databaseTrouble(error, location).words };
  } finally {
    await database.destroy();
  }
}
