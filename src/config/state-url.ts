import { parseDatabaseUrl } from '../database/database-url.js';
import type { DatabaseLocation, TlsFiles } from '../database/location.js';

/** Where davgate keeps its own state; `file` is absolute. */
export type StateDeclaration = Exclude<DatabaseLocation<TlsFiles>, { readonly kind: 'mysql' }>;

/**
 * Parses the URL of davgate's state: `sqlite:FILE` or `postgresql://user:password@host:port/name?…`.
 * @param folder what relative paths start from; absolute
 * @returns if it is invalid, a sentence without its subject, which quotes no part of `text`
 */
export function parseStateUrl(text: string, folder: string): StateDeclaration | string {
  if (!/^(sqlite:|postgres(ql)?:)/.test(text)) {
    return 'must be "sqlite:" followed by a file, such as "sqlite:./var/state.sqlite3", or "postgresql://user:password@host/name"';
  }
  const location = parseDatabaseUrl(text, folder);
  return typeof location === 'string' || location.kind !== 'mysql'
    ? location
    : 'must not be a MySQL database';
}
