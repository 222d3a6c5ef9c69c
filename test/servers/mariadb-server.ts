import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import knex from 'knex';
import type { ServerCertificate } from './certificates.js';
import { password, testPool, type Access, type TestServer } from './database-server.js';
import { freePort } from '../clients/helpers/free-port.js';
import { ownedFile, ownedFolder, ownerFor, ServerProcess } from './server-process.js';

const program = '/usr/sbin/mariadbd';
const scripts = '/usr/share/mysql';

/** The system tables, as mariadb-install-db makes them; root needs no password through the socket. */
function systemTables(): string {
  const files = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql'];
  const begin = 'create database mysql;\nuse mysql;\nset @auth_root_socket = null;\n';
  return begin + files.map((file) => readFileSync(join(scripts, file), 'utf8')).join('\n');
}

/** Starts a private MariaDB that wants passwords over TCP. */
export async function startMariadb(certificate?: ServerCertificate): Promise<TestServer> {
  const owner = ownerFor('mysql', 'nobody');
  const folder = ownedFolder(owner);
  const basics = ['--no-defaults', `--datadir=${join(folder, 'data')}`, '--innodb-buffer-pool-size=32M'];
  execFileSync(program, [...basics, '--bootstrap', '--silent-startup', '--log-warnings=0'], {
    ...owner,
    cwd: folder,
    input: systemTables(),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const port = await freePort();
  const socketPath = join(folder, 'socket');
  const process = new ServerProcess({
    program,
    args: [
      ...basics,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${socketPath}`,
      `--pid-file=${join(folder, 'pid')}`,
      '--skip-name-resolve',
      '--innodb-flush-log-at-trx-commit=0',
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_general_ci',
      ...(certificate
        ? [
            `--ssl-cert=${ownedFile(folder, 'cert.pem', certificate.cert, owner)}`,
            `--ssl-key=${ownedFile(folder, 'key.pem', certificate.key, owner)}`,
          ]
        : []),
    ],
    owner,
    folder,
    ready: /ready for connections/,
    stopSignal: 'TERM',
    crashSignal: 'KILL',
  });
  await process.start();

  const administrator = (database = 'mysql') =>
    knex({ client: 'mysql2', connection: { socketPath, user: 'root', database }, pool: testPool });
  const administer = async (statements: readonly string[]) => {
    const admin = administrator();
    for (const statement of statements) await admin.raw(statement.replaceAll('?', '\\?'));
    await admin.destroy();
  };
  const quoted = `'${password.replaceAll("'", "''")}'`;
  await administer([
    `create user site@'%' identified by ${quoted}`,
    `create user reader@'%' identified by ${quoted}`,
  ]);
  return {
    kind: 'mysql',
    port,
    server: ({ socket = false, tls, host = '127.0.0.1', ...access }: Access) => ({
      port,
      ...access,
      host: socket ? '' : host,
      socket: socket ? socketPath : undefined,
      tls,
    }),
    administrator,
    createDatabase: (database) =>
      administer([`create database ${database}`, `grant all on ${database}.* to site@'%'`]),
    letRead: (database) => administer([`grant select on ${database}.* to reader@'%'`]),
    start: () => process.start(),
    stop: () => process.stop(),
    crash: () => process.crash(),
    close: () => process.close(),
  };
}
