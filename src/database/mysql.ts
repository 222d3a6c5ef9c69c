import { isIP, type Socket } from 'node:net';
import knex, { type Knex } from 'knex';
import { Failure } from '../failure.js';
import { beginSession, preparedStatements } from './mysql-session.js';
import { impatientSocket, serverPool, silenceMilliseconds, silentLog } from './server-connections.js';
import { textsOf, type DatabaseServer } from './location.js';

/**
 * Opens a MySQL or MariaDB database for reading only.
 * @throws Failure `unavailable` if a certificate should be verified but the server is given by its address
 */
export function openMysql(server: DatabaseServer): Knex {
  const tls = server.socket === undefined ? server.tls : undefined;
  if (tls?.verify === true && isIP(server.host) !== 0) {
    // The driver would compare the certificate with the name "localhost".
    throw new Failure(
      'unavailable',
      'A MySQL server must be given by its name, not its address, if its certificate is verified.',
    );
  }
  const connection = {
    host: server.host,
    port: server.port ?? 3306,
    database: server.database,
    ...(server.user !== undefined && { user: server.user }),
    ...(server.password !== undefined && { password: server.password }),
    ...(tls && { ssl: { rejectUnauthorized: tls.verify, verifyIdentity: tls.verify, ...textsOf(tls) } }),
    stream: () => connect(server),
    connectTimeout: silenceMilliseconds,
    charset: 'utf8mb4',
    supportBigNumbers: true,
    maxPreparedStatements: preparedStatements,
  };
  return knex({
    client: 'mysql2',
    connection,
    pool: { ...serverPool, afterCreate: beginSession },
    log: silentLog,
  });
}

function connect({ socket: path, host, port = 3306 }: DatabaseServer): Socket {
  const socket = impatientSocket();
  if (path !== undefined) return socket.connect(path);
  socket.setNoDelay(true);
  return socket.connect(port, host);
}
