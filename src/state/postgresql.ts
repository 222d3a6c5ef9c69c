import knex, { type Knex } from 'knex';
import { postgresqlConnection } from '../database/postgresql.js';
import { serverPool, socketWithPatience, silentLog } from '../database/server-connections.js';
import type { DatabaseServer } from '../database/location.js';

/** Milliseconds: first the server gives up on a statement, then we give up on a server that hangs. */
const statementMilliseconds = 10_000;
const silenceMilliseconds = 12_000;

/** How many transactions one instance runs at the same time. */
const connections = 10;

/** Opens davgate's own PostgreSQL database. Connects at the first query. */
export function openPostgresqlState(server: DatabaseServer): Knex {
  return knex({
    client: 'pg',
    connection: {
      ...postgresqlConnection(server, { statement_timeout: statementMilliseconds }),
      stream: () => socketWithPatience(silenceMilliseconds),
    },
    pool: { ...serverPool, max: connections, acquireTimeoutMillis: 2 * silenceMilliseconds },
    log: silentLog,
  });
}

/** Whether a state database is PostgreSQL rather than SQLite. */
export function isPostgresql(database: Knex): boolean {
  const client: unknown = database.client;
  return (
    typeof client === 'object' && client !== null && 'dialect' in client && client.dialect === 'postgresql'
  );
}

/** Work that instances do one at a time, by the second number of PostgreSQL's advisory locks. */
const turns = { migrating: 1, locking: 2, properties: 3 } as const;

/**
 * The first number: davgate's own, so that its advisory locks differ from those of other programs in the same
 * database.
 */
const davgate = 0x0da76a7e;

/**
 * Waits until no other transaction does the same `work`, and makes others wait until this one ends. SQLite does not
 * need this: the first transaction to write is the only one that can.
 */
export async function takeTurn(transaction: Knex.Transaction, work: keyof typeof turns): Promise<void> {
  if (isPostgresql(transaction)) {
    await transaction.raw('select pg_advisory_xact_lock(?, ?)', [davgate, turns[work]]);
  }
}
