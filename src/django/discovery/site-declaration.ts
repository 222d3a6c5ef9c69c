import { isIP } from 'node:net';
import { type ExplicitSite, redacted } from '../explicit-site.js';
import type { DatabaseLocation, TlsFiles, DatabaseServer } from '../../database/location.js';
import type { DjangoSite, SessionSettings, UserModel } from '../site.js';
import { formatSearchPath } from '../../database/search-path.js';

interface DeclarationOptions {
  /** Whether to include the database's password and the secret keys; otherwise `LEFT-OUT` replaces them. */
  readonly secrets: boolean;
}

/** A site's facts in the form of `django` in a declaration, for use without the site's Python. */
export function siteToDeclaration(site: DjangoSite<TlsFiles>, { secrets }: DeclarationOptions): ExplicitSite {
  const { database, user, hashers, sessions } = site;
  const [secretKey, ...fallbacks] = site.secretKeys.map((key) => (secrets ? key : redacted));
  return {
    database: formatDatabaseUrl(secrets ? database : withoutPassword(database)),
    user: userOf(user),
    hashers: [...hashers],
    ...(secretKey !== undefined && { secretKey }),
    ...(fallbacks.length > 0 && { secretKeyFallbacks: fallbacks }),
    ...(sessions && { sessions: sessionsOf(sessions) }),
  };
}

function withoutPassword(location: DatabaseLocation<TlsFiles>): DatabaseLocation<TlsFiles> {
  if (location.kind === 'sqlite' || location.server.password === undefined) return location;
  return { kind: location.kind, server: { ...location.server, password: redacted } };
}

function userOf({ table, columns, groups, permissions }: UserModel): ExplicitSite['user'] {
  const { id, username, password, isActive = null, isStaff = null, isSuperuser = null } = columns;
  const { firstName = null, lastName = null, email = null } = columns;
  return {
    table,
    columns: { id, username, password, isActive, isStaff, isSuperuser, firstName, lastName, email },
    groups: groups ? { ...groups } : null,
    permissions: permissions ? { ...permissions } : null,
  };
}

function sessionsOf({ loginUrl, backends, ...rest }: SessionSettings): ExplicitSite['sessions'] {
  return {
    ...rest,
    ...(loginUrl !== undefined && { loginUrl }),
    ...(backends !== undefined && { backends: [...backends] }),
  };
}

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
