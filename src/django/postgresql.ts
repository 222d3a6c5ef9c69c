import type { ConnectionOptions } from 'node:tls';
import knex, { type Knex } from 'knex';
import { impatientSocket, serverPool, statementMilliseconds } from './server-connections.js';
import { silentLog } from './silent-log.js';
import type { DatabaseServer, TlsOptions } from './site.js';

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
      host: server.socket ?? server.host,
      port: server.port ?? 5432,
      database: server.database,
      ...(server.user !== undefined && { user: server.user }),
      ...(server.password !== undefined && { password: server.password }),
      ssl: server.tls && server.socket === undefined ? tlsOf(server.tls) : false,
      stream: impatientSocket,
      options: sessionOptions,
      application_name: 'davgate',
    },
    pool: serverPool,
    log: silentLog,
  });
}

function tlsOf({ verify, ca, cert, key }: TlsOptions): ConnectionOptions {
  return {
    rejectUnauthorized: verify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
