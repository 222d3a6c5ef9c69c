import { type Facts, factsOf, connectionFact } from '../read-facts.js';
import { keyText } from '../user-key.js';
import type { SeenReport } from './report.js';
import type { Digests, SampledUsers } from './sampled-users.js';
import { parseSearchPath } from '../../database/search-path.js';
import type { DatabaseLocation, TlsFiles } from '../../database/location.js';
import { refusal } from './database-options.js';

export interface SeenBySite {
  readonly facts: Facts;
  readonly users: SampledUsers;
  /** What seems to choose different rows for each request, in words. */
  readonly byRequest: string | undefined;
  /** Whether the declaration names the schemas in which to look for tables, and so determines what is read. */
  readonly declared: boolean;
}

/** The site's connection could not be made: why, in the words of its driver. */
export interface NotSeen {
  readonly trouble: string;
}

export function seenBySite(report: SeenReport | undefined, declared: boolean): SeenBySite | NotSeen {
  if (report === undefined) return { trouble: 'it was not asked' };
  if ('trouble' in report) return report;
  const { first, last, upTo, counts } = report.users;
  return {
    facts: factsOf(report.facts),
    users: {
      first: digestsOf(first),
      last: digestsOf(last),
      upTo: upTo ?? undefined,
      counts: new Map(counts.map(([table, count, sum]) => [table, `${count} ${sum}`])),
    },
    byRequest: report.byRequest ?? undefined,
    declared,
  };
}

function digestsOf(users: readonly (readonly [key: string, digest: string])[]): Digests {
  return new Map(users.map(([key, digest]) => [keyText(key), digest]));
}

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
