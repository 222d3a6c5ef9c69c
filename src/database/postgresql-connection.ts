import type { ConnectionOptions } from 'node:tls';
import { formatSearchPath } from './search-path.js';
import type { DatabaseServer, TlsOptions } from './location.js';
import { startupOptions } from './startup-options.js';

/**
 * The driver's settings for a server: its location, the login, and how a session begins. Settings are part of the
 * connection request and never set with SET: behind a pooler, SET would outlast the session and affect other clients.
 */
export function postgresqlConnection(
  server: DatabaseServer,
  settings: Readonly<Record<string, string | number>>,
) {
  const { searchPath, role } = server;
  return {
    host: server.socket ?? server.host,
    port: server.port ?? 5432,
    database: server.database,
    ...(server.user !== undefined && { user: server.user }),
    ...(server.password !== undefined && { password: server.password }),
    ssl: server.tls && server.socket === undefined ? tlsOf(server.tls) : false,
    application_name: 'davgate',
    options: startupOptions({
      ...settings,
      search_path: searchPath && formatSearchPath(searchPath),
      role,
    }),
  };
}

function tlsOf({ verify, ca, cert, key }: TlsOptions): ConnectionOptions {
  return {
    rejectUnauthorized: verify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
