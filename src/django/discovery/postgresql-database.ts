import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseServer, TlsFiles } from '../../database/location.js';
import {
  type FoundDatabase,
  isLoopback,
  optionOf,
  portOf,
  refusal,
  type Surroundings,
  textOf,
} from './database-options.js';
import type { DatabaseReport } from './report.js';

/** Where libpq looks for a socket if no host is named: as built by Debian, and as built by its authors. */
const socketFolders = ['/var/run/postgresql', '/tmp'] as const;

/**
 * Where libpq would connect for this entry of DATABASES: by its settings, otherwise its OPTIONS, otherwise the
 * environment, otherwise the operating system's user name (PostgreSQL manual, 34.1.2 and 34.15).
 * @throws Failure `not-implemented` if that needs something that davgate does not support
 */
export function postgresqlDatabase(report: DatabaseReport, surroundings: Surroundings): FoundDatabase {
  const warnings: string[] = [];
  const variable = (name: string) => textOf(surroundings.environment[name]);
  const service = optionOf(report, 'service') ?? variable('PGSERVICE');
  const database = textOf(report.name) ?? optionOf(report, 'dbname') ?? variable('PGDATABASE');
  const password = textOf(report.password) ?? optionOf(report, 'password') ?? variable('PGPASSWORD');
  if (service !== undefined) {
    warnings.push(
      `The PostgreSQL service "${service}" is not read, so what it adds to DATABASES is missing.`,
    );
  }
  if (database === undefined) throw refusal('DATABASES does not name a database (NAME).');
  for (const [option, effect] of Object.entries(unused)) {
    if (optionOf(report, option) !== undefined) {
      warnings.push(`OPTIONS["${option}"] of DATABASES has no effect here: ${effect}.`);
    }
  }
  const { host, socket } = hostOf(report, variable('PGHOST'), warnings);
  const ports = textOf(report.port) ?? optionOf(report, 'port') ?? variable('PGPORT');
  const server: DatabaseServer<TlsFiles> = {
    host,
    socket,
    port: portOf(ports?.split(',', 1)[0]),
    user: textOf(report.user) ?? optionOf(report, 'user') ?? variable('PGUSER') ?? surroundings.systemUser,
    password,
    database,
    tls: socket === undefined ? tlsOf(report, host, surroundings, warnings) : undefined,
  };
  return { location: { kind: 'postgresql', server }, warnings };
}

/**
 * Where libpq has connected for this entry of DATABASES, as the site's driver reports its connection; that includes
 * what a service file, a file of passwords and the environment say.
 * @throws Failure `not-implemented` if that needs something that davgate does not support
 */
export function connectedPostgresql(
  report: DatabaseReport,
  surroundings: Surroundings,
  driver: Readonly<Record<string, string>>,
): FoundDatabase {
  const { host, port, user, password, dbname, ...tls } = driver;
  const { sslpassword } = report.options;
  const connected: DatabaseReport = {
    ...report,
    name: dbname ?? null,
    host: host ?? null,
    port: port ?? null,
    user: user ?? null,
    password: password ?? null,
    options: { ...tls, ...(sslpassword !== undefined && { sslpassword }) },
  };
  const { PGSERVICE: _service, ...environment } = surroundings.environment;
  return postgresqlDatabase(connected, { ...surroundings, environment });
}

const unused = {
  passfile: 'give PASSWORD',
  sslpassword: 'the key of a certificate must not be encrypted',
} as const;

function hostOf(report: DatabaseReport, variable: string | undefined, warnings: string[]) {
  const named = textOf(report.host) ?? optionOf(report, 'host') ?? optionOf(report, 'hostaddr') ?? variable;
  if (named === undefined) {
    return { host: '', socket: socketFolders.find((folder) => existsSync(folder)) ?? socketFolders[0] };
  }
  const [first = ''] = named.split(',', 1);
  if (first !== named) warnings.push(`Of the database hosts ${named} only ${first} is used.`);
  if (first.startsWith('@'))
    throw refusal(`DATABASES has the abstract socket ${first}, which davgate does not support.`);
  return first.startsWith('/') ? { host: '', socket: first } : { host: first, socket: undefined };
}

function tlsOf(
  report: DatabaseReport,
  host: string,
  { project, environment }: Surroundings,
  warnings: string[],
): TlsFiles | undefined {
  const fileOf = (option: string, standard: string) => {
    const named = optionOf(report, option) ?? textOf(environment[`PG${option.toUpperCase()}`]);
    if (named !== undefined) return named === 'system' ? undefined : resolve(project, named);
    const usual = join(environment.HOME ?? '/', '.postgresql', standard);
    return existsSync(usual) ? usual : undefined;
  };
  const mode = optionOf(report, 'sslmode') ?? textOf(environment.PGSSLMODE) ?? 'prefer';
  const caFile = fileOf('sslrootcert', 'root.crt');
  const certFile = fileOf('sslcert', 'postgresql.crt');
  const keyFile = certFile === undefined ? undefined : fileOf('sslkey', 'postgresql.key');
  const files = {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
  switch (mode) {
    case 'disable':
      return undefined;
    case 'allow':
    case 'prefer':
      if (!isLoopback(host)) {
        warnings.push(
          `The connection to ${host} is not encrypted, because sslmode is "${mode}": set it to "require" or "verify-full".`,
        );
      }
      return undefined;
    case 'require':
      // If authorities are available, libpq checks against them.
      if (caFile === undefined) return { verify: false, ...files };
      break;
    case 'verify-ca':
    case 'verify-full':
      break;
    default:
      throw refusal(`DATABASES has the sslmode "${mode}", which davgate does not support.`);
  }
  if (mode !== 'verify-full') {
    warnings.push(`The certificate of ${host} must be for that name, as if sslmode were "verify-full".`);
  }
  return { verify: true, ...files };
}
