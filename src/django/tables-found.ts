import type { Knex } from 'knex';
import { connectionFact, readFacts } from './read-facts.js';
import type { DjangoSite } from './site.js';

/** The tables of a site that davgate reads, beginning with the users'. */
export function tablesRead({ user, sessions }: Pick<DjangoSite<unknown>, 'user' | 'sessions'>): string[] {
  const { table, groups, permissions } = user;
  return [
    table,
    ...(groups ? [groups.table, 'auth_group', 'auth_group_permissions'] : []),
    ...(permissions ? [permissions.table] : []),
    ...(groups || permissions ? ['auth_permission', 'django_content_type'] : []),
    ...(sessions && sessions.engine !== 'signed_cookies' ? [sessions.table] : []),
  ];
}

export interface TablesFound {
  /** The qualified names, such as `site_b.auth_user`, by the name to look for; tables that do not exist are missing. */
  readonly tables: ReadonlyMap<string, string>;
  /** The server's name for the database; undefined for a file. */
  readonly database: string | undefined;
  /** In sentences: other users that might be meant, and what else determines which rows are read. */
  readonly warnings: readonly string[];
}

/** @throws the driver's error */
export async function tablesFound(knex: Knex, site: DjangoSite): Promise<TablesFound> {
  const { kind } = site.database;
  const asked = tablesRead(site);
  const facts = await readFacts(knex, kind, asked);
  const nameOf = (table: string) => facts.get(table)?.get('is');
  const others = kind === 'postgresql' ? await otherSchemas(knex, site.user.table) : [];
  const here = nameOf(site.user.table) ?? 'none';
  const secured = asked.filter((table) => facts.get(table)?.get('row security') === 'true');
  return {
    tables: new Map(asked.flatMap((table) => [[table, nameOf(table)] as const]).filter(hasName)),
    database: connectionFact(facts, 'database'),
    warnings: [
      ...(others.length === 0
        ? []
        : [
            `There are users in other schemas too (${others.join(', ')}); davgate reads ${here}: if the site does ` +
              'not, name its schemas as "search_path" in the query of the database\u2019s URL.',
          ]),
      ...secured.map(
        (table) => `Which rows of ${table} davgate sees depends on its role (row-level security).`,
      ),
    ],
  };
}

function hasName(found: readonly [string, string | undefined]): found is readonly [string, string] {
  return found[1] !== undefined;
}

/** Tables with that name that the role could read, except the one that it finds first. */
async function otherSchemas(knex: Knex, table: string): Promise<readonly string[]> {
  const { rows } = await knex.raw<{ rows: readonly { readonly name: string }[] }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relname = ? and c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not like 'pg_temp%'
      and c.oid is distinct from to_regclass(quote_ident(?))
      and has_schema_privilege(n.oid, 'usage') order by 1`,
    [table, table],
  );
  return rows.map(({ name }) => name);
}
