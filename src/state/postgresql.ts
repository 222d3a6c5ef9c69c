import knex, { type Knex } from 'knex';
import { postgresqlConnection } from '../database/postgresql-connection.js';
import { serverPool, socketWithPatience } from '../database/server-connections.js';
import { silentLog } from '../database/silent-log.js';
import type { DatabaseServer } from '../database/location.js';

/** Milliseconds: the server gives up on a statement, then we give up on a server that hangs. */
const statementMilliseconds = 10_000;
const silenceMilliseconds = 12_000;

/** How many transactions one instance has under way at once. */
const connections = 10;

/** Opens a PostgreSQL database that is davgate's own. Nothing is connected before the first query. */
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

/** Whether a state database is one of PostgreSQL, and not of SQLite. */
export function isPostgresql(database: Knex): boolean {
  const client: unknown = database.client;
  return (
    typeof client === 'object' && client !== null && 'dialect' in client && client.dialect === 'postgresql'
  );
}

/** What instances do one at a time, by the second number of PostgreSQL's advisory locks. */
const turns = { migrating: 1, locking: 2, properties: 3 } as const;

/** The first number: davgate's own, so that another program's advisory locks in the same database are others. */
const davgate = 0x0da76a7e;

/**
 * Waits until no other transaction is at the same `work`, and keeps others waiting until this one ends. SQLite needs
 * none of this: whoever writes first in a transaction is alone.
 */
export async function takeTurn(transaction: Knex.Transaction, work: keyof typeof turns): Promise<void> {
  if (isPostgresql(transaction)) {
    await transaction.raw('select pg_advisory_xact_lock(?, ?)', [davgate, turns[work]]);
  }
}
