import type { DatabaseLocation, TlsFiles } from './location.js';

type Place = DatabaseLocation | DatabaseLocation<TlsFiles>;

/** What a driver's error means, for the administrator. */
interface DatabaseTrouble {
  /** `missing`: a table or a column does not exist. */
  readonly kind: 'missing' | 'other';
  /** What is wrong, where, and what to do; without a full stop, a statement or a secret. */
  readonly words: string;
}

interface DriverError {
  readonly code: string;
  /** Without the statement that Knex puts in front of it. */
  readonly message: string;
}

const noTable = 'run the site\u2019s migrations (migrate), or correct the database';
const inUrl = 'in its URL or in the site\u2019s settings';
const wrongLogin = `{place} refuses the user or the password: correct them ${inUrl}`;
const wrongName = `there is no {place}: correct the name ${inUrl}`;
const noPassword = `{place} asks for a password: give one ${inUrl}`;
const full = '{place} accepts no more connections: raise max_connections or end some';
const notGranted = '{place} says {words}: let the role SELECT from it (GRANT SELECT)';
const unreachable = '{place} cannot be reached: check the network, the host and the port';
const untrusted =
  'the certificate of {place} is not from an authority that this machine trusts: name its authority (sslrootcert, ssl-ca)';
const locked = '{place} is locked by a program that writes to it: wait, or end it';

/**
 * What PostgreSQL's SQLSTATEs (PostgreSQL manual, appendix A), MySQL's symbols, SQLite's and Node's codes mean; `{place}`
 * stands for the database, `{words}` for the server's own words.
 */
const byCode: ReadonlyMap<string, string> = new Map([
  ['28P01', wrongLogin],
  ['3D000', wrongName],
  ['42501', notGranted],
  ['53300', full],
  ['57P03', '{place} is starting up or shutting down: wait'],
  ['ER_ACCESS_DENIED_ERROR', wrongLogin],
  ['ER_ACCESS_DENIED_NO_PASSWORD_ERROR', `{place} refuses the user without a password: give one ${inUrl}`],
  ['ER_DBACCESS_DENIED_ERROR', '{place} is closed to this user: GRANT SELECT on it, or correct the name'],
  ['ER_TABLEACCESS_DENIED_ERROR', notGranted],
  ['ER_COLUMNACCESS_DENIED_ERROR', notGranted],
  ['ER_BAD_DB_ERROR', wrongName],
  [
    'ER_HOST_NOT_PRIVILEGED',
    '{place} accepts no connections from this machine: create a user for this host (CREATE USER)',
  ],
  [
    'ER_SECURE_TRANSPORT_REQUIRED',
    '{place} requires TLS: add ssl-mode=required to its URL, or "ssl" to the site\u2019s OPTIONS',
  ],
  ['ER_CON_COUNT_ERROR', full],
  ['HANDSHAKE_NO_SSL_SUPPORT', '{place} does not support TLS: use ssl-mode=disabled, or set TLS up there'],
  ['ECONNREFUSED', 'nothing listens for {place}: start the server, or correct the host and the port'],
  ['ENOTFOUND', 'the host of {place} is not known: correct its name, or ask the administrator of the DNS'],
  ['EAI_AGAIN', 'the host of {place} cannot be looked up now: ask the administrator of the DNS'],
  ['ETIMEDOUT', '{place} does not answer: check the host, the port, and any firewall in between'],
  ['EHOSTUNREACH', unreachable],
  ['ENETUNREACH', unreachable],
  ['CERT_HAS_EXPIRED', 'the certificate of {place} has expired: renew it'],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'the certificate of {place} is for another host: name the host as its certificate does',
  ],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  [
    'HANDSHAKE_SSL_ERROR',
    'TLS with {place} failed ({words}): name its authority (ssl-ca), and the host as its certificate does',
  ],
  ['SQLITE_NOTADB', '{place} is not a SQLite database: name the right file'],
  ['SQLITE_FULL', 'the disk of {place} is full: make room'],
]);

const byFamily: readonly (readonly [beginning: string, meaning: string])[] = [
  ['SQLITE_BUSY', locked],
  ['SQLITE_LOCKED', locked],
  [
    'SQLITE_CORRUPT',
    '{place} is damaged: restore a backup (sqlite3 FILE "pragma integrity_check" tells more)',
  ],
  [
    'SQLITE_READONLY',
    '{place} may not be written by this user: chown or chmod the file, its -wal and -shm, and its folder',
  ],
  [
    'SQLITE_CANTOPEN',
    '{place} cannot be opened by this user: give them read access to the file and access to its folder; in WAL mode its -shm file must be writable, too',
  ],
  ['SQLITE_PERM', '{place} may not be read by this user: chown or chmod it'],
  ['SQLITE_IOERR', '{place} cannot be read from its disk: see the system\u2019s log'],
];

/** What an error while reading a database means. @param error the driver's error, or one that wraps it */
export function databaseTrouble(error: unknown, location: Place): DatabaseTrouble {
  const driver = driverErrorOf(error);
  const place = placeInWords(location);
  const missing = missingPart(driver);
  if (missing !== undefined) return { kind: 'missing', words: `${place} has no ${missing}: ${noTable}` };
  const meaning =
    byCode.get(driver.code) ??
    byFamily.find(([beginning]) => driver.code.startsWith(beginning))?.[1] ??
    fileTrouble(driver, location) ??
    byMessage(driver);
  const stands = { place, words: quoted(driver.message === '' ? driver.code : driver.message) };
  const words = meaning.replace(/\{(place|words)\}/g, (_, name: keyof typeof stands) => stands[name]);
  return { kind: 'other', words };
}

/** Where a database is, such as `the database site at db.example.org`. */
function placeInWords(location: Place): string {
  if (location.kind === 'sqlite') return `the file ${location.file}`;
  const { socket, host, port, database } = location.server;
  return `database ${database} at ${socket ?? host}${port === undefined || socket !== undefined ? '' : `:${port}`}`;
}

/** Drivers' errors are nested in the library's own. */
function driverErrorOf(error: unknown): DriverError {
  let innermost = error;
  for (
    let depth = 0;
    depth < 8 && innermost instanceof Error && innermost.cause instanceof Error;
    depth += 1
  ) {
    if ('code' in innermost && typeof innermost.code === 'string') break;
    innermost = innermost.cause;
  }
  if (!(innermost instanceof Error)) return { code: '', message: String(innermost) };
  const code = 'code' in innermost && typeof innermost.code === 'string' ? innermost.code : '';
  return {
    code,
    message: innermost.message
      .slice(innermost.message.lastIndexOf(' - ') + 1)
      .replace(/^- /, '')
      .trim(),
  };
}

function missingPart({ code, message }: DriverError): string | undefined {
  const table = code === '42P01' || code === 'ER_NO_SUCH_TABLE' || message.startsWith('no such table');
  const column = code === '42703' || code === 'ER_BAD_FIELD_ERROR' || message.startsWith('no such column');
  if (!table && !column) return undefined;
  const name =
    /(?:relation|column|Table|Unknown column) ["'`]?([^"'`\s]+)|no such (?:table|column): (\S+)/.exec(
      message,
    );
  return `${table ? 'table' : 'column'} ${name?.[1] ?? name?.[2] ?? ''}`.trim();
}

/** SQLite's driver checks the file before it opens it. */
function fileTrouble({ code }: DriverError, { kind }: Place): string | undefined {
  const isFile = kind === 'sqlite';
  switch (code) {
    case 'ENOENT':
      return isFile
        ? '{place} does not exist: correct its name, or have the site create it'
        : 'there is no socket for {place}: start the server, or correct the socket';
    case 'EACCES':
      return isFile
        ? '{place} cannot be reached: give this user access to its folder (chmod, chown)'
        : 'the socket of {place} is closed to this user';
    default:
      return undefined;
  }
}

/** Some codes have several causes, which only the message distinguishes; some errors have no code. */
function byMessage({ code, message }: DriverError): string {
  if (code === '28000') {
    if (!message.includes('pg_hba')) return `{place} says {words}: correct the user ${inUrl}`;
    const isPlain = /no encryption|SSL off/.test(message);
    const tls = isPlain ? ', or add sslmode=require if it accepts only TLS' : '';
    return `{place} accepts no connections of this user from here ({words}): add a line to its pg_hba.conf${tls}`;
  }
  if (message.includes('does not support SSL')) {
    return '{place} does not support TLS: use sslmode=disable, or set TLS up there';
  }
  return /SASL|password must be a string/.test(message) ? noPassword : '{place} says {words}';
}

/** A server's own words, on one line and shortened. */
function quoted(message: string): string {
  return `"${message.replace(/\s+/g, ' ').replace(/"/g, '\u2019').slice(0, 300)}"`;
}
