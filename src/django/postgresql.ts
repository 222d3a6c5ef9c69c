import knex, { type Knex } from 'knex';
import { postgresqlConnection } from './postgresql-connection.js';
import { impatientSocket, serverPool, statementMilliseconds } from './server-connections.js';
import { silentLog } from './silent-log.js';
import type { DatabaseServer } from './site.js';

/**
 * Both are asked for as a connection begins, never by SET: behind a pooler that would outlast the session and bind
 * the site's own connections.
 */
const sessionOptions = `-c default_transaction_read_only=on -c statement_timeout=${statementMilliseconds}`;

/** Opens a PostgreSQL database for reading only. */
export function openPostgresql(server: DatabaseServer): Knex {
  return knex({
    client: 'pg',
    connection: {
      ...postgresqlConnection(server),
      stream: impatientSocket,
      options: sessionOptions,
    },
    pool: serverPool,
    log: silentLog,
  });
}
