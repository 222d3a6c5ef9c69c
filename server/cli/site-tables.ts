import { openDatabase } from '../../src/database/open-database.js';
import type { TlsFiles } from '../../src/database/location.js';
import type { DjangoSite } from '../../src/django/site.js';
import { type TablesFound, tablesFound } from '../../src/django/tables-found.js';
import { readableSite } from '../preflight/find-site.js';

/** Where davgate reads the site's users from, in words for the administrator. */
interface SiteTables {
  /** One line; empty if the database cannot be read. */
  readonly words: string;
  readonly warnings: readonly string[];
}

/**
 * @param declared whether the declaration names the database itself, so that nothing else tells which users are meant
 * @throws Failure `unavailable` if the database cannot be opened at all because a certificate cannot be read
 */
export async function siteTables(found: DjangoSite<TlsFiles>, declared: boolean): Promise<SiteTables> {
  const site = readableSite(found);
  const knex = openDatabase(site.database);
  try {
    const tables = await tablesFound(knex, site);
    return { words: inWords(site, tables), warnings: declared ? tables.warnings : [] };
  } catch {
    // siteFindings reports what cannot be read.
    return { words: '', warnings: [] };
  } finally {
    await knex.destroy();
  }
}

function inWords({ user, database }: DjangoSite, { tables, database: name }: TablesFound): string {
  const table = tables.get(user.table);
  if (table === undefined || database.kind === 'sqlite') return '';
  return `Users: ${user.table} is ${table} in the database ${name ?? database.server.database}.\n`;
}
