import knex, { type Knex } from 'knex';
import { postgresqlConnection } from './postgresql-connection.js';
import { impatientSocket, serverPool, statementMilliseconds } from './server-connections.js';
import { silentLog } from './silent-log.js';
import type { DatabaseServer } from './location.js';

const sessionSettings = { default_transaction_read_only: 'on', statement_timeout: statementMilliseconds };

/** Opens a PostgreSQL database for reading only. */
export function openPostgresql(server: DatabaseServer): Knex {
  return knex({
    client: 'pg',
    connection: {
      ...postgresqlConnection(server, sessionSettings),
      stream: impatientSocket,
    },
    pool: serverPool,
    log: silentLog,
  });
}
