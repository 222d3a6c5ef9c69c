import { statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { TlsFiles } from '../../database/location.js';
import {
  type FoundDatabase,
  optionOf,
  portOf,
  refusal,
  type Surroundings,
  textOf,
} from './database-options.js';
import type { DatabaseReport } from './report.js';

/** Where MySQL's client library, as distributions build it, looks for the server of `localhost`. */
const usualSockets = ['/run/mysqld/mysqld.sock', '/var/lib/mysql/mysql.sock', '/tmp/mysql.sock'] as const;

/**
 * Where mysqlclient would connect for this entry of DATABASES: by its OPTIONS, otherwise by its settings
 * (django.db.backends.mysql.base, DatabaseWrapper.get_connection_params).
 * @throws Failure `not-implemented` if that needs something that davgate does not support
 */
export function mysqlDatabase(declared: DatabaseReport, surroundings: Surroundings): FoundDatabase {
  const warnings: string[] = [];
  const report = withOptionFile(declared);
  const database = optionOf(report, 'database') ?? optionOf(report, 'db') ?? textOf(report.name);
  if (database === undefined) throw refusal('DATABASES does not name a database (NAME).');
  const port = portOf(optionOf(report, 'port') ?? textOf(report.port));
  const { host, socket } = hostOf(report, surroundings, port, warnings);
  const tls = socket === undefined ? tlsOf(report, host, surroundings.project, warnings) : undefined;
  if (tls?.verify === true && isIP(host) !== 0) {
    throw refusal(
      `DATABASES has the address ${host}: give the host by its name if its certificate is verified.`,
    );
  }
  const user = optionOf(report, 'user') ?? textOf(report.user);
  const password = optionOf(report, 'password') ?? optionOf(report, 'passwd') ?? textOf(report.password);
  return {
    location: { kind: 'mysql', server: { host, port, socket, user, password, database, tls } },
    warnings,
  };
}

/** Settings take precedence over the option file. */
function withOptionFile(report: DatabaseReport): DatabaseReport {
  const { user, password, host, port, database, ...options } = report.optionFile;
  return {
    ...report,
    name: textOf(report.name) ?? database ?? null,
    user: textOf(report.user) ?? user ?? null,
    password: textOf(report.password) ?? password ?? null,
    host: textOf(report.host) ?? host ?? null,
    port: textOf(report.port) ?? port ?? null,
    options: { ...(textOf(report.host) === undefined && options), ...report.options },
  };
}

function hostOf(
  report: DatabaseReport,
  { environment }: Surroundings,
  port: number | undefined,
  warnings: string[],
) {
  const host = optionOf(report, 'host') ?? textOf(report.host) ?? 'localhost';
  const named = optionOf(report, 'unix_socket') ?? (host.startsWith('/') ? host : undefined);
  if (named !== undefined) return { host: '', socket: named };
  const usual = host === 'localhost' ? usualSocket(environment.MYSQL_UNIX_PORT) : undefined;
  if (usual === undefined) return { host, socket: undefined };
  if (port !== undefined) {
    warnings.push(`"localhost" means the socket ${usual}: set HOST to 127.0.0.1 to use the port ${port}.`);
  }
  return { host: '', socket: usual };
}

function usualSocket(variable: string | undefined): string | undefined {
  return (
    textOf(variable) ?? usualSockets.find((path) => statSync(path, { throwIfNoEntry: false })?.isSocket())
  );
}

/** MySQL manual, 6.3.1 and mysqlclient's `ssl`; PyMySQL and Connector/Python use `ssl_…` options for the same. */
function tlsOf(
  report: DatabaseReport,
  host: string,
  project: string,
  warnings: string[],
): TlsFiles | undefined {
  const { options } = report;
  const ssl = options.ssl;
  const inner: Readonly<Record<string, unknown>> = typeof ssl === 'object' && ssl !== null ? ssl : {};
  const mode = (optionOf(report, 'ssl_mode') ?? textOf(inner.mode))?.toUpperCase();
  const fileOf = (name: string) => {
    const path = textOf(inner[name]) ?? optionOf(report, `ssl_${name}`);
    return path === undefined ? undefined : resolve(project, path);
  };
  const [caFile, certFile, keyFile] = [fileOf('ca'), fileOf('cert'), fileOf('key')];
  const files = {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
  if (fileOf('capath') !== undefined)
    warnings.push('A folder of certificates ("capath") is not read: use "ca".');
  if (mode === 'DISABLED' || options.ssl_disabled === true) return undefined;
  if (mode === 'PREFERRED') {
    warnings.push(`The connection to ${host} is not encrypted, because ssl_mode is "PREFERRED".`);
    return undefined;
  }
  if (mode === 'VERIFY_IDENTITY' || options.ssl_verify_identity === true || inner.check_hostname === true) {
    return { verify: true, ...files };
  }
  if (
    mode === 'VERIFY_CA' ||
    options.ssl_verify_cert === true ||
    (mode === undefined && caFile !== undefined)
  ) {
    warnings.push(`The certificate of ${host} must be for that name, as if ssl_mode were "VERIFY_IDENTITY".`);
    return { verify: true, ...files };
  }
  if (
    mode === 'REQUIRED' ||
    Object.keys(files).length > 0 ||
    (ssl !== undefined && ssl !== null && ssl !== false)
  ) {
    return { verify: false, ...files };
  }
  if (mode !== undefined)
    throw refusal(`DATABASES has the ssl_mode "${mode}", which davgate does not support.`);
  return undefined;
}
