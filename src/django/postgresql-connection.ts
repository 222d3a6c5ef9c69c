import type { ConnectionOptions } from 'node:tls';
import type { DatabaseServer, TlsOptions } from './site.js';

/** How the driver is told where a server is and how to log in there. */
export function postgresqlConnection(server: DatabaseServer) {
  return {
    host: server.socket ?? server.host,
    port: server.port ?? 5432,
    database: server.database,
    ...(server.user !== undefined && { user: server.user }),
    ...(server.password !== undefined && { password: server.password }),
    ssl: server.tls && server.socket === undefined ? tlsOf(server.tls) : false,
    application_name: 'davgate',
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
