import { connectionFact } from '../facts.js';
import { parseSearchPath } from '../../database/search-path.js';
import type { DatabaseLocation, TlsFiles } from '../../database/location.js';
import { refusal } from './database-options.js';
import type { NotSeen, SeenBySite } from './seen-by-site.js';

/**
 * The location with what a session of the site's is then in: PostgreSQL's schemas and role, however they came to be
 * set, and MySQL's database.
 * @param searchPath what the declaration says goes before what was seen
 * @throws Failure `not-implemented` where it says so of a database without schemas
 */
export function asSeen(
  location: DatabaseLocation<TlsFiles>,
  seen: SeenBySite | NotSeen,
  searchPath: readonly string[] | undefined,
): DatabaseLocation<TlsFiles> {
  if (searchPath !== undefined && location.kind !== 'postgresql') {
    throw refusal('"searchPath" is for PostgreSQL; the site\u2019s database is another.');
  }
  if (location.kind === 'sqlite') return location;
  const fact = (name: string) => ('trouble' in seen ? undefined : connectionFact(seen.facts, name));
  const { kind, server } = location;
  if (kind === 'mysql') return { kind, server: { ...server, database: fact('database') ?? server.database } };
  const found =
    fact('search_path from') === 'default' ? undefined : parseSearchPath(fact('search_path') ?? '');
  const schemas = searchPath ?? found;
  const role = fact('role') === fact('user') ? undefined : fact('role');
  return {
    kind,
    server: { ...server, ...(schemas && { searchPath: schemas }), ...(role !== undefined && { role }) },
  };
}
