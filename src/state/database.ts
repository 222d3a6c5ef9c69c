import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import knex, { type Knex } from 'knex';
import { Failure } from '../failure.js';
import type { Migration } from './migration.js';
import { locksAndProperties } from './migrations/0001-locks-and-properties.js';
import { loginFailures } from './migrations/0002-login-failures.js';

export type StateDatabase = Knex;

const migrations: Migration[] = [locksAndProperties, loginFailures];

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
    await migrate(database);
    return database;
  } catch (cause) {
    await database?.destroy();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('unavailable', `The state database could not be opened: ${reason}`, { cause });
  }
}

/**
 * All in one transaction, and first a write: of processes that open a new file together one works and the others
 * wait, and one that is killed on the way leaves no half of a schema and no lock.
 */
async function migrate(database: Knex): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.raw('pragma user_version = 1');
    await transaction.migrate.latest({ migrationSource });
  });
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
  connection.pragma('busy_timeout = 5000');
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  done(null, connection);
}
