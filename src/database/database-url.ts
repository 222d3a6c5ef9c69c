import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import { parseSearchPath } from './search-path.js';
import type { DatabaseLocation, DatabaseServer, TlsFiles } from './location.js';

/** What the scheme of a URL and the keys of its query mean. */
interface Dialect {
  readonly kind: 'postgresql' | 'mysql';
  readonly example: string;
  readonly socketKey: string;
  readonly modeKey: string;
  /** Whether to check the certificate, by mode in lower case; undefined: no TLS. */
  readonly modes: ReadonlyMap<string, boolean | undefined>;
  readonly fileKeys: Readonly<Record<'caFile' | 'certFile' | 'keyFile', string>>;
  /** Settings at the start of a session. */
  readonly sessionKeys: readonly string[];
}

/** Names of libpq's connection URIs (PostgreSQL manual, 34.1.1). */
const postgresql: Dialect = {
  kind: 'postgresql',
  example: 'postgresql://user:password@host:5432/name',
  socketKey: 'host',
  modeKey: 'sslmode',
  modes: new Map(Object.entries({ disable: undefined, require: false, 'verify-full': true })),
  fileKeys: { caFile: 'sslrootcert', certFile: 'sslcert', keyFile: 'sslkey' },
  sessionKeys: ['search_path', 'role'],
};

/** Names of the mysql client's options (MySQL manual, 6.2.3). */
const mysql: Dialect = {
  kind: 'mysql',
  example: 'mysql://user:password@host:3306/name',
  socketKey: 'socket',
  modeKey: 'ssl-mode',
  modes: new Map(Object.entries({ disabled: undefined, required: false, verify_identity: true })),
  fileKeys: { caFile: 'ssl-ca', certFile: 'ssl-cert', keyFile: 'ssl-key' },
  sessionKeys: [],
};

const dialects = new Map([
  ['postgresql', postgresql],
  ['postgres', postgresql],
  ['mysql', mysql],
  ['mariadb', mysql],
]);

/** scheme, user, password, host, port, database, query */
const serverForm =
  /^([a-z]+):\/\/(?:([^:@/?#]*)(?::([^:@/?#]*))?@)?(\[[0-9A-Fa-f:.]+\]|[^:@/?#[\],\s]*)(?::(\d{1,5}))?\/([^/?#]+)(?:\?([^#]*))?$/;

class Problem extends Error {}

/**
 * Reads the location of a site's database: `sqlite:FILE`, `postgresql://user:password@host:port/name?…` or
 * `mysql://…`, with percent-encoded parts (except a SQLite file). Opens no file.
 * @param folder absolute; relative paths start here
 * @returns a sentence without its subject, such as `must …`, if the URL is invalid; it repeats only names of keys from
 *   `text`, because a password may be anywhere
 */
export function parseDatabaseUrl(text: string, folder: string): DatabaseLocation<TlsFiles> | string {
  try {
    return text.startsWith('sqlite:') ? sqlite(text.slice('sqlite:'.length), folder) : server(text, folder);
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

/** `./file`, `/file` and `///file`. */
function sqlite(path: string, folder: string): DatabaseLocation<TlsFiles> {
  const name = path.replace(/^\/\/(?=\/)/, '');
  if (name === '' || name.startsWith('//')) {
    throw new Problem('must be "sqlite:" and a file, such as "sqlite:./db.sqlite3"');
  }
  return { kind: 'sqlite', file: resolve(folder, name) };
}

function server(text: string, folder: string): DatabaseLocation<TlsFiles> {
  const dialect = dialects.get(/^([a-z]+):\/\//.exec(text)?.[1] ?? '');
  if (!dialect) throw new Problem('must begin with "sqlite:", "postgresql://" or "mysql://"');
  const parts = serverForm.exec(text);
  if (!parts) {
    throw new Problem(
      `must be like "${dialect.example}", with @ : / ? # and % in a part percent-encoded (@ is %40)`,
    );
  }
  const [, , user, password, host = '', port, database = '', query = ''] = parts;
  const keys = queryKeys(query, dialect);
  const found: DatabaseServer<TlsFiles> = {
    host: hostOf(host),
    port: portOf(port),
    socket: socketOf(keys.get(dialect.socketKey), dialect),
    user: user === undefined || user === '' ? undefined : decoded(user),
    password: password === undefined ? undefined : decoded(password),
    database: decoded(database),
    tls: tlsOf(keys, dialect, folder),
    ...sessionOf(keys),
  };
  if (host === '' && found.socket === undefined) {
    throw new Problem(`must name a host, or a Unix socket as "${dialect.socketKey}=/…" in its query`);
  }
  if (host !== '' && found.socket !== undefined) {
    throw new Problem(`must name either a host or a Unix socket ("${dialect.socketKey}="), not both`);
  }
  // The driver could compare an address only with a certificate for "localhost".
  if (dialect === mysql && found.tls?.verify === true && isIP(found.host) !== 0) {
    throw new Problem('must give the host by its name, not its address, if its certificate is verified');
  }
  return { kind: dialect.kind, server: found };
}

function queryKeys(query: string, dialect: Dialect): ReadonlyMap<string, string> {
  const known = [
    dialect.socketKey,
    dialect.modeKey,
    ...Object.values(dialect.fileKeys),
    ...dialect.sessionKeys,
  ];
  const keys = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const [, name = '', value] = /^([^=]*)=(.+)$/.exec(pair) ?? [];
    if (value === undefined) throw new Problem('must have only keys with values, "key=value", in its query');
    if (!known.includes(name)) {
      const named = /^[\w-]{1,40}$/.test(name) ? ` "${name}"` : '';
      throw new Problem(`has an unknown key${named} in its query; known are ${known.join(', ')}`);
    }
    if (keys.has(name)) throw new Problem(`has the key "${name}" twice in its query`);
    keys.set(name, decoded(value));
  }
  return keys;
}

function hostOf(host: string): string {
  const address = /^\[(.*)\]$/.exec(host)?.[1];
  if (address === undefined) return decoded(host);
  if (isIP(address) !== 6) throw new Problem('must have an IPv6 address, such as [::1], in its brackets');
  return address;
}

function portOf(port: string | undefined): number | undefined {
  if (port === undefined) return undefined;
  const number = Number(port);
  if (number < 1 || number > 65_535) throw new Problem('must have a port from 1 to 65535');
  return number;
}

function socketOf(socket: string | undefined, { socketKey }: Dialect): string | undefined {
  if (socket !== undefined && !isAbsolute(socket)) {
    throw new Problem(`must have an absolute path as "${socketKey}" in its query`);
  }
  return socket;
}

function tlsOf(keys: ReadonlyMap<string, string>, dialect: Dialect, folder: string): TlsFiles | undefined {
  const { modeKey, modes, fileKeys } = dialect;
  const mode = keys.get(modeKey)?.toLowerCase();
  const verify = mode === undefined ? undefined : modes.get(mode);
  if (mode !== undefined && !modes.has(mode)) {
    throw new Problem(`must have one of ${[...modes.keys()].join(', ')} as "${modeKey}" in its query`);
  }
  const file = (name: keyof typeof fileKeys): Partial<TlsFiles> => {
    const path = keys.get(fileKeys[name]);
    return path === undefined ? {} : { [name]: resolve(folder, path) };
  };
  const files = { ...file('caFile'), ...file('certFile'), ...file('keyFile') };
  if (verify !== undefined) return { verify, ...files };
  if (Object.keys(files).length === 0) return undefined;
  const use = [...modes].flatMap(([name, checks]) => (checks === undefined ? [] : [name])).join(' or ');
  throw new Problem(`must have ${use} as "${modeKey}" in its query if it names certificates`);
}

function sessionOf(keys: ReadonlyMap<string, string>): Pick<DatabaseServer, 'searchPath' | 'role'> {
  const [path, role] = [keys.get('search_path'), keys.get('role')];
  const searchPath = path === undefined ? undefined : parseSearchPath(path);
  if (path !== undefined && searchPath === undefined) {
    throw new Problem(
      'must have names of schemas, separated by commas, such as "site_b,public", as "search_path" in its query; ' +
        'put a name with characters other than a-z, 0-9 and _ in quotation marks (%22)',
    );
  }
  return { ...(searchPath && { searchPath }), ...(role !== undefined && { role }) };
}

function decoded(part: string): string {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch {
    throw new Problem('must have each % followed by two hexadecimal digits of UTF-8');
  }
  if (text.includes('\0')) throw new Problem('must not contain %00');
  return text;
}
