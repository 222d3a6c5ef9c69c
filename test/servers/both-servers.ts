import { after } from 'node:test';
import type { ServerCertificate } from './certificates.js';
import type { TestServer } from './database-server.js';
import { startMariadb } from './mariadb-server.js';
import { startPostgresql } from './postgresql-server.js';

/**
 * A private PostgreSQL and a private MariaDB for all tests of a file, which end with it.
 * @param certificate makes them offer TLS
 */
export async function bothServers(certificate?: ServerCertificate): Promise<readonly TestServer[]> {
  const servers = await Promise.all([startPostgresql(certificate), startMariadb(certificate)]);
  after(() => Promise.all(servers.map((server) => server.close())));
  return servers;
}
