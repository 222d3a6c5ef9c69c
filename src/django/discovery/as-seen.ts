import { connectionFact } from '../facts.js';
import { parseSearchPath } from '../../database/search-path.js';
import type { DatabaseLocation, TlsFiles } from '../../database/location.js';
import { refusal } from './database-options.js';
import type { NotSeen, SeenBySite } from './seen-by-site.js';

/**
 * The location with the settings of the site's own session: PostgreSQL's schemas and role, however they were set, and
 * MySQL's database.
 * @param searchPath the declared schemas, which take precedence over the observed ones
 * @throws Failure `not-implemented` if they are declared for a database without schemas
 */
export function asSeen(
  location: DatabaseLocation<TlsFiles>,
  seen: SeenBySite | NotSeen,
  searchPath: readonly string[] | undefined,
): DatabaseLocation<TlsFiles> {
  if (searchPath !== undefined && location.kind !== 'postgresql') {
    throw refusal('"searchPath" works with PostgreSQL only, and the site uses a different database.');
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
