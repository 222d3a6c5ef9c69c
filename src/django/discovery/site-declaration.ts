import type { ExplicitSite } from '../explicit-site.js';
import { redacted } from '../redacted.js';
import type { DatabaseLocation, TlsFiles } from '../../database/location.js';
import type { DjangoSite, SessionSettings, UserModel } from '../site.js';
import { formatDatabaseUrl } from './format-database-url.js';

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
