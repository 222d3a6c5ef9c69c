import { readFileSync, statSync } from 'node:fs';
import type { Knex } from 'knex';
import type { DatabaseLocation } from '../database/location.js';

/**
 * What a connection reports about itself and about tables: by subject (a table; empty for the connection), then by
 * fact.
 */
export type Facts = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Facts without a value are omitted. */
export function factsOf(
  found: Iterable<readonly [subject: string, fact: string, value: string | null]>,
): Facts {
  const facts = new Map<string, Map<string, string>>();
  for (const [subject, fact, value] of found) {
    if (value === null) continue;
    const known = facts.get(subject) ?? new Map<string, string>();
    facts.set(subject, known.set(fact.toLowerCase(), value));
  }
  return facts;
}

export function connectionFact(facts: Facts, fact: string): string | undefined {
  return facts.get('')?.get(fact);
}

/** Statements that the site's Python sends over the site's own connection, too. */
const statements = {
  postgresql: statementsIn('postgresql'),
  mysql: statementsIn('mysql'),
} as const;

type Found = readonly [subject: string, fact: string, value: string | null];

/**
 * Finds out what one of davgate's connections is, and what the tables with these names are for it.
 * @throws the driver's error
 */
export async function readFacts(
  knex: Knex,
  kind: DatabaseLocation['kind'],
  tables: readonly string[],
): Promise<Facts> {
  if (kind === 'sqlite') return factsOf(await sqliteFacts(knex, tables));
  const names = tables.map(() => '?').join(', ');
  const found: Found[] = [];
  for (const { sql, mayBeForbidden } of statements[kind]) {
    try {
      const values = sql.includes('{tables}') ? tables : [];
      found.push(...(await rowsOf(knex, sql.replaceAll('{tables}', names), values)).map(foundIn));
    } catch (error) {
      if (!mayBeForbidden) throw error;
    }
  }
  return factsOf(found);
}

function statementsIn(name: string) {
  const text = readFileSync(new URL(`./discovery/statements/${name}.sql`, import.meta.url), 'utf8');
  return text
    .split(';\n')
    .filter((sql) => sql.trim() !== '')
    .map((sql) => ({ sql, mayBeForbidden: sql.includes('-- May be forbidden.') }));
}

/** Rows of any driver, with their columns in order: an array, an array before the columns' description, or `rows`. */
async function rowsOf(
  knex: Knex,
  sql: string,
  values: readonly string[] = [],
): Promise<readonly (readonly unknown[])[]> {
  const answer: unknown = await knex.raw(sql, values);
  return rowsIn(answer).map((row) => {
    const values: unknown[] = typeof row === 'object' && row !== null ? Object.values(row) : [];
    return values;
  });
}

function rowsIn(answer: unknown): readonly unknown[] {
  if (!Array.isArray(answer)) {
    return typeof answer === 'object' && answer !== null && 'rows' in answer ? rowsIn(answer.rows) : [];
  }
  const found: readonly unknown[] = answer;
  const inner: readonly unknown[] | undefined = Array.isArray(found[0]) ? found[0] : undefined;
  return inner ?? found;
}

/** A row of three columns, or of two if it is about the connection (MySQL's SHOW). */
function foundIn(row: readonly unknown[]): Found {
  const [subject, fact, value] = (row.length === 2 ? ['', ...row] : row).map(textOf);
  return [subject ?? '', fact ?? '', value ?? null];
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? value.toString() : null;
}

/** Only the file itself is open here: no other is attached, and nothing is temporary. */
async function sqliteFacts(knex: Knex, tables: readonly string[]): Promise<readonly Found[]> {
  const [[, , file] = []] = await rowsOf(knex, 'pragma database_list');
  const { dev, ino } = statSync(String(file), { bigint: true });
  const found: Found[] = [['', 'file', `${dev.toString()}:${ino.toString()}`]];
  for (const table of tables) {
    const row: unknown = await knex('sqlite_master')
      .whereRaw('name = ? collate nocase', [table])
      .whereIn('type', ['table', 'view'])
      .first('type', 'rootpage');
    if (typeof row !== 'object' || row === null || !('type' in row) || !('rootpage' in row)) continue;
    const kind = row.type === 'table' && !row.rootpage ? 'virtual table' : String(row.type);
    found.push([table, 'is', `main.${table}`], [table, 'kind', kind]);
  }
  return found;
}
