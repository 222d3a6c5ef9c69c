import type { Knex } from 'knex';
import type { ServerPath } from '../http/target.js';
import { orUnavailable } from './or-unavailable.js';
import { isPostgresql } from './postgresql.js';

/** The columns of properties and their totals that a statement may return. */
export interface SelectedRow {
  readonly path: ServerPath;
  readonly name: string;
  readonly kind: 'user' | 'share';
  readonly principal: string;
  readonly share: ServerPath | '';
  /** PostgreSQL's driver returns a bigint, the type of sums, as text. */
  readonly bytes: number | string;
  readonly value: string;
}

/**
 * The rows of a statement in a transaction that is sent with many requests. Such statements are written out, because
 * Knex takes longer to build one than a local database takes to answer.
 * @returns unspecified for a statement without rows
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
