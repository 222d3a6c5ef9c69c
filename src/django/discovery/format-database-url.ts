import { isIP } from 'node:net';
import { formatSearchPath } from '../../database/search-path.js';
import type { DatabaseLocation, DatabaseServer, TlsFiles } from '../../database/location.js';

const dialects = {
  postgresql: {
    socket: 'host',
    mode: 'sslmode',
    modes: ['require', 'verify-full'],
    files: ['sslrootcert', 'sslcert', 'sslkey'],
  },
  mysql: {
    socket: 'socket',
    mode: 'ssl-mode',
    modes: ['REQUIRED', 'VERIFY_IDENTITY'],
    files: ['ssl-ca', 'ssl-cert', 'ssl-key'],
  },
} as const;

/** A location in the form that parseDatabaseUrl reads, including the password. */
export function formatDatabaseUrl(location: DatabaseLocation<TlsFiles>): string {
  if (location.kind === 'sqlite') return `sqlite:${location.file}`;
  const { host, port, database } = location.server;
  const where =
    (isIP(host) === 6 ? `[${host}]` : encodeURIComponent(host)) + (port === undefined ? '' : `:${port}`);
  const query = [...queryOf(location.kind, location.server), ...sessionOf(location.server)]
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll('%2F', '/')}`)
    .join('&');
  const who = credentialsOf(location.server);
  return `${location.kind}://${who}${where}/${encodeURIComponent(database)}${query === '' ? '' : `?${query}`}`;
}

function credentialsOf({ user, password }: DatabaseServer<TlsFiles>): string {
  if (user === undefined && password === undefined) return '';
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  return `${encodeURIComponent(user ?? '')}${secret}@`;
}

function sessionOf({ searchPath, role }: DatabaseServer<TlsFiles>): readonly (readonly [string, string])[] {
  return [
    ...(searchPath ? [['search_path', formatSearchPath(searchPath)] as const] : []),
    ...(role === undefined ? [] : [['role', role] as const]),
  ];
}

function queryOf(
  kind: keyof typeof dialects,
  { socket, tls }: DatabaseServer<TlsFiles>,
): readonly (readonly [string, string])[] {
  const { socket: socketKey, mode, modes, files } = dialects[kind];
  const socketPair = socket === undefined ? [] : [[socketKey, socket] as const];
  if (!tls) return socketPair;
  const paths = [tls.caFile, tls.certFile, tls.keyFile];
  return [
    ...socketPair,
    [mode, tls.verify ? modes[1] : modes[0]],
    ...files.flatMap((key, index) => {
      const path = paths[index];
      return path === undefined ? [] : [[key, path] as const];
    }),
  ];
}
