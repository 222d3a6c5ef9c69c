import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import knex from 'knex';
import type { ServerCertificate } from './certificates.js';
import { password, testPool, type Access, type TestServer } from './database-server.js';
import { freePort } from '../clients/helpers/free-port.js';
import { ownedFile, ownedFolder, ownerFor, ServerProcess } from './server-process.js';

const versions = '/usr/lib/postgresql';

/** Where the newest PostgreSQL of Debian's has its programs. */
function programs(): string {
  const newest = readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) throw new Error('PostgreSQL is missing: install postgresql.');
  return join(versions, newest, 'bin');
}

/** Starts a private PostgreSQL that wants passwords over TCP (SCRAM) and none through its socket. */
export async function startPostgresql(certificate?: ServerCertificate): Promise<TestServer> {
  const owner = ownerFor('postgres', 'nobody');
  const folder = ownedFolder(owner);
  const data = join(folder, 'data');
  const setUp = ['-D', data, '-U', 'admin', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'];
  execFileSync(join(programs(), 'initdb'), [...setUp, '--auth-host=scram-sha-256', '--auth-local=trust'], {
    ...owner,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    fsync: 'off',
    ...(certificate && {
      ssl: 'on',
      ssl_cert_file: ownedFile(folder, 'cert.pem', certificate.cert, owner),
      ssl_key_file: ownedFile(folder, 'key.pem', certificate.key, owner),
    }),
  };
  const process = new ServerProcess({
    program: join(programs(), 'postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    owner,
    folder,
    ready: /ready to accept connections/,
    stopSignal: 'INT',
    crashSignal: 'QUIT',
  });
  await process.start();

  const administrator = (database = 'postgres') =>
    knex({ client: 'pg', connection: { host: folder, port, user: 'admin', database }, pool: testPool });
  const administer = async (database: string, statements: readonly string[]) => {
    const admin = administrator(database);
    for (const statement of statements) await admin.raw(statement.replaceAll('?', '\\?'));
    await admin.destroy();
  };
  const quoted = `'${password.replaceAll("'", "''")}'`;
  await administer('postgres', [
    `create role site login password ${quoted}`,
    `create role reader login password ${quoted}`,
  ]);
  return {
    kind: 'postgresql',
    port,
    server: ({ socket = false, tls, host = '127.0.0.1', ...access }: Access) => ({
      port,
      ...access,
      host: socket ? '' : host,
      socket: socket ? folder : undefined,
      tls,
    }),
    administrator,
    createDatabase: (database) => administer('postgres', [`create database ${database} owner site`]),
    letRead: (database) => administer(database, ['grant select on all tables in schema public to reader']),
    start: () => process.start(),
    stop: () => process.stop(),
    crash: () => process.crash(),
    close: () => process.close(),
  };
}
