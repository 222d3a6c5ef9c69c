import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import knex, { type Knex } from 'knex';
import { Failure } from '../failure.js';
import type { Migration } from './migration.js';
import { locksAndProperties } from './migrations/0001-locks-and-properties.js';

export type StateDatabase = Knex;

const migrations: Migration[] = [locksAndProperties];

/**
 * Opens the SQLite file that holds locks and dead properties, making it and bringing its schema up to date.
 * @throws Failure `unavailable`
 */
export async function openStateDatabase(file: string): Promise<StateDatabase> {
  let database: Knex | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    database = knex({
      client: 'better-sqlite3',
      connection: { filename: file },
      useNullAsDefault: true,
      pool: { min: 1, max: 1, afterCreate: configure },
    });
    await database.migrate.latest({ migrationSource });
    return database;
  } catch (cause) {
    await database?.destroy();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('unavailable', `The state database could not be opened: ${reason}`, { cause });
  }
}

const migrationSource: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve(migrations),
  getMigrationName: ({ name }) => name,
  getMigration: (migration) => Promise.resolve(migration),
};

interface SqliteConnection {
  pragma(statement: string): unknown;
}

// Write-ahead logging lets readers go on during a write; FULL keeps what was acknowledged through a power cut.
function configure(
  connection: SqliteConnection,
  done: (error: Error | null, connection: SqliteConnection) => void,
): void {
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.pragma('busy_timeout = 5000');
  done(null, connection);
}
