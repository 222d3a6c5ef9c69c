import type { Knex } from 'knex';
import { openMysql } from './mysql.js';
import { openPostgresql } from './postgresql.js';
import type { DatabaseLocation } from './location.js';
import { openSqlite } from './sqlite.js';

/**
 * Opens a site's database for reading only. Connects at the first query; the next query replaces a lost connection,
 * and a connection whose server has stopped answering rejects within a few seconds.
 * @throws Failure `unavailable` if no connection could ever be made as asked
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
