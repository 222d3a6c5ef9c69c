import type { Knex } from 'knex';
import { isPostgresql } from '../postgresql.js';

/**
 * A text column that is compared byte by byte, as SQLite does and ranges of paths require; never by a language's
 * rules.
 */
export function exactText(
  database: Knex,
  table: Knex.CreateTableBuilder,
  column: string,
): Knex.ColumnBuilder {
  return isPostgresql(database) ? table.specificType(column, 'text collate "C"') : table.text(column);
}
