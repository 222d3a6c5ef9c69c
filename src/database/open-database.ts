import type { Knex } from 'knex';
import { openMysql } from './mysql.js';
import { openPostgresql } from './postgresql.js';
import type { DatabaseLocation } from './location.js';
import { openSqlite } from './sqlite.js';

/**
 * Opens a site's database for reading only. Nothing is connected before the first query; a connection that was lost is
 * replaced by the next query, and one whose server fell silent rejects within a few seconds.
 * @throws Failure `unavailable` where a connection could never be made as asked
 */
export function openDatabase(location: DatabaseLocation): Knex {
  switch (location.kind) {
    case 'sqlite':
      return openSqlite({ file: location.file });
    case 'postgresql':
      return openPostgresql(location.server);
    case 'mysql':
      return openMysql(location.server);
  }
}
