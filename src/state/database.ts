import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import { databaseTrouble } from '../database/database-trouble.js';
import type { DatabaseServer } from '../database/location.js';
import { Failure, isFailure } from '../failure.js';
import { postgresqlReader, sqliteReader, type CommittedReader } from './committed-rows.js';
import type { Migration } from './migration.js';
import { locksAndProperties } from './migrations/0001-locks-and-properties.js';
import { loginFailures } from './migrations/0002-login-failures.js';
import { propertySizes } from './migrations/0003-property-sizes.js';
import { keepToOwner, makeFolder } from './owner-only.js';
import { isPostgresql, openPostgresqlState, takeTurn } from './postgresql.js';

/** davgate's own database. */
export interface StateDatabase extends Pick<CommittedReader, 'rowsOf'> {
  /** For transactions, and for what is not asked with most requests. */
  readonly knex: Knex;
  destroy(): Promise<void>;
}

const migrations: Migration[] = [locksAndProperties, loginFailures, propertySizes];

/**
 * Where davgate keeps its state: in its own SQLite file, or in a PostgreSQL database that several instances share.
 * Their clocks must agree to about a second, because locks expire by them.
 */
export type StateLocation =
  | { readonly kind: 'sqlite'; /** Absolute. */ readonly file: string }
  | { readonly kind: 'postgresql'; readonly server: DatabaseServer };

/**
 * Opens the database for locks and dead properties; creates a SQLite file if there is none, and updates the schema.
 * @param uid this process's effective user id, whose links to the file are followed; root's links always are
 * @throws Failure `unavailable`
 */
export async function openStateDatabase(location: StateLocation, uid?: number): Promise<StateDatabase> {
  try {
    if (location.kind === 'postgresql') {
      return await readied(openPostgresqlState(location.server), postgresqlReader);
    }
    const file = ownedFile(location.file, uid);
    return await unlessBusy(() => readied(openSqlite(file), () => sqliteReader(file)));
  } catch (cause) {
    if (isFailure(cause)) throw cause;
    const reason = databaseTrouble(cause, location).words;
    throw new Failure('unavailable', `The state database could not be opened: ${reason}.`, { cause });
  }
}

/** Updates the schema. Closes the database if that fails. */
async function readied(
  database: Knex,
  readerOf: (database: Knex) => CommittedReader,
): Promise<StateDatabase> {
  try {
    await migrate(database);
    return stateDatabase(database, readerOf(database));
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

/** Milliseconds during which to try again, and between two attempts. */
const patience = 5000;
const pause = 20;

/**
 * Of processes that switch a new file to write-ahead logging at the same moment, each could wait for the other for ever:
 * SQLite then refuses at once, whatever the busy time-out is.
 */
async function unlessBusy<T>(open: () => Promise<T>): Promise<T> {
  for (const end = performance.now() + patience; ;) {
    try {
      return await open();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error;
      await sleep(pause);
    }
  }
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('SQLITE_BUSY')
  );
}

function stateDatabase(database: Knex, reader: CommittedReader): StateDatabase {
  return {
    knex: database,
    rowsOf: () => reader.rowsOf(),
    destroy: async () => {
      reader.close();
      await database.destroy();
    },
  };
}

/** @returns the real path of the file, which only its owner can read */
function ownedFile(file: string, uid: number | undefined): string {
  makeFolder(dirname(file));
  return keepToOwner(file, uid);
}

function openSqlite(filename: string): Knex {
  return knex({
    client: 'better-sqlite3',
    connection: { filename },
    useNullAsDefault: true,
    pool: { min: 1, max: 1, afterCreate: configure },
  });
}

/**
 * Runs all migrations in one transaction that first locks others out, in SQLite by a write. Of several processes that
 * open a new database at the same time, one works and the others wait; if it is killed, it leaves neither half a
 * schema nor a lock behind.
 */
async function migrate(database: Knex): Promise<void> {
  await database.transaction(async (transaction) => {
    if (isPostgresql(transaction)) await takeTurn(transaction, 'migrating');
    else await transaction.raw('pragma user_version = 1');
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

// Write-ahead logging lets readers go on during a write; FULL keeps acknowledged data through a power cut.
function configure(
  connection: SqliteConnection,
  done: (error: Error | null, connection: SqliteConnection) => void,
): void {
  connection.pragma(`busy_timeout = ${patience}`);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  done(null, connection);
}
