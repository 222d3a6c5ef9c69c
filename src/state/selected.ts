import type { Knex } from 'knex';
import type { ServerPath } from '../http/target.js';
import { orUnavailable } from './or-unavailable.js';
import { isPostgresql } from './postgresql.js';

/** What is read of properties and of their totals, as far as a statement names it. */
export interface SelectedRow {
  readonly path: ServerPath;
  readonly name: string;
  readonly kind: 'user' | 'share';
  readonly principal: string;
  readonly share: ServerPath | '';
  /** PostgreSQL's driver gives a bigint, as sums are, as text. */
  readonly bytes: number | string;
  readonly value: string;
}

/**
 * The rows that a statement gives which is sent with most requests: written out, as Knex takes longer to put one
 * together than a local database to answer.
 * @returns unspecified for a statement that gives no rows
 * @throws Failure `unavailable`
 */
export async function selected(
  database: Knex,
  sql: string,
  bindings: readonly (string | number)[],
): Promise<readonly SelectedRow[]> {
  if (!isPostgresql(database)) return orUnavailable(database.raw<SelectedRow[]>(sql, bindings));
  return (await orUnavailable(database.raw<{ rows: SelectedRow[] }>(sql, bindings))).rows;
}
