import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import knex, { type Knex } from 'knex';
import { silentLog } from './silent-log.js';

export interface SqliteOptions {
  /** The database file. */
  readonly file: string;
  /** How long a read waits for a writer's lock; the driver blocks the whole process meanwhile. Default 500. */
  readonly busyTimeoutMilliseconds?: number;
}

/**
 * Opens Django's SQLite database for reading only, at the first query and again whenever another file takes its place.
 * A missing file is an error of the query; it is never made.
 */
export function openSqlite({ file, busyTimeoutMilliseconds = 500 }: SqliteOptions): Knex {
  return knex({
    client: 'better-sqlite3',
    connection: () => {
      // Looked at before it is opened: a file swapped in between is then opened once too often, never missed.
      const opened = fileIdentity(file);
      return {
        filename: file,
        options: { readonly: true },
        // An open file that was deleted or replaced would go on answering with its old rows.
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

/** Tells files apart that had the same name. @throws the file system's error when there is none */
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
