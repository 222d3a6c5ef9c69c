import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import knex, { type Knex } from 'knex';
import { silentLog } from './server-connections.js';

export interface SqliteOptions {
  readonly file: string;
  /**
   * How long a read waits for a writer's lock, in milliseconds; the driver blocks the whole process meanwhile.
   * Default: 500.
   */
  readonly busyTimeoutMilliseconds?: number;
}

/**
 * Opens Django's SQLite database for reading only, at the first query and again whenever another file replaces it. A
 * missing file makes the query fail; it is never created.
 */
export function openSqlite({ file, busyTimeoutMilliseconds = 500 }: SqliteOptions): Knex {
  return knex({
    client: 'better-sqlite3',
    connection: () => {
      // Checked before the file is opened: a file that is replaced in between is then opened once too often, but never
      // missed.
      const opened = fileIdentity(file);
      return {
        filename: file,
        options: { readonly: true },
        // An open file that was deleted or replaced would go on returning its old rows.
        expirationChecker: () => currentIdentity(file) !== opened,
      };
    },
    useNullAsDefault: true,
    acquireConnectionTimeout: 5000,
    pool: {
      min: 0,
      max: 1,
      afterCreate: (database: Database, done: () => void) => {
        database.pragma(`busy_timeout = ${Math.trunc(busyTimeoutMilliseconds)}`);
        database.pragma('query_only = on');
        done();
      },
    },
    log: silentLog,
  });
}

/** Distinguishes files that have had the same name. @throws the file system's error if there is none */
function fileIdentity(file: string): string {
  const { dev, ino } = statSync(file, { bigint: true });
  return `${dev.toString()}:${ino.toString()}`;
}

function currentIdentity(file: string): string | undefined {
  try {
    return fileIdentity(file);
  } catch {
    return undefined;
  }
}
