import knex, { type Knex } from 'knex';
import { impatientSocket, serverPool, statementMilliseconds, silentLog } from './server-connections.js';
import { textsOf, type DatabaseServer } from './location.js';
import { formatSearchPath } from './search-path.js';

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

/**
 * The driver's settings for a server: its location, the login, and how a session begins. Settings are part of the
 * connection request and never set with SET: behind a pooler, SET would outlast the session and affect other clients.
 */
export function postgresqlConnection(
  server: DatabaseServer,
  settings: Readonly<Record<string, string | number>>,
) {
  const { searchPath, role, tls } = server;
  return {
    host: server.socket ?? server.host,
    port: server.port ?? 5432,
    database: server.database,
    ...(server.user !== undefined && { user: server.user }),
    ...(server.password !== undefined && { password: server.password }),
    ssl: tls && server.socket === undefined ? { rejectUnauthorized: tls.verify, ...textsOf(tls) } : false,
    application_name: 'davgate',
    options: startupOptions({
      ...settings,
      search_path: searchPath && formatSearchPath(searchPath),
      role,
    }),
  };
}

/**
 * The settings of a PostgreSQL session in the form of the startup message's `options`, which are split at white space
 * without a preceding backslash (pg_split_opts, src/backend/utils/init/postinit.c).
 */
export function startupOptions(settings: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(settings)
    .flatMap(([name, value]) => (value === undefined ? [] : [`-c ${name}=${escaped(String(value))}`]))
    .join(' ');
}

function escaped(value: string): string {
  return value.replace(/[\s\\]/g, '\\$&');
}
