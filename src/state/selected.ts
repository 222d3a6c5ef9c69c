import type { Knex } from 'knex';
import type { ServerPath } from '../http/target.js';
import { asked } from './asked.js';
import { isPostgresql } from './postgresql.js';

/** What is read of properties, as far as the query names it. */
export interface SelectedProperty {
  readonly path: ServerPath;
  readonly name: string;
  readonly bytes: number;
  readonly value: string;
}

/**
 * The rows of a query that is asked with most requests: written out, as Knex takes longer to put one together than a
 * local database to answer.
 * @throws Failure `unavailable`
 */
export async function selected(
  database: Knex,
  sql: string,
  bindings: readonly string[],
): Promise<readonly SelectedProperty[]> {
  if (!isPostgresql(database)) return asked(database.raw<SelectedProperty[]>(sql, bindings));
  return (await asked(database.raw<{ rows: SelectedProperty[] }>(sql, bindings))).rows;
}
