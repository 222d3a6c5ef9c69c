import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FoundDatabase, refusal, type Surroundings, textOf } from './database-options.js';
import { mysqlDatabase } from './mysql-database.js';
import { connectedPostgresql, postgresqlDatabase } from './postgresql-database.js';
import type { DatabaseReport, SeenReport } from './report.js';

const kinds = new Map([
  ['django.db.backends.sqlite3', 'sqlite'],
  ['django.contrib.gis.db.backends.spatialite', 'sqlite'],
  ['django.db.backends.postgresql', 'postgresql'],
  ['django.db.backends.postgresql_psycopg2', 'postgresql'],
  ['django.contrib.gis.db.backends.postgis', 'postgresql'],
  ['django.db.backends.mysql', 'mysql'],
  ['django.contrib.gis.db.backends.mysql', 'mysql'],
]);

/**
 * The location of an entry of DATABASES, as the site's own driver would find it or has found it.
 * @param seen what that driver reported, if it was asked
 * @throws Failure `not-implemented` for an engine or a setting that davgate does not support
 */
export function findDatabase(
  report: DatabaseReport,
  surroundings: Surroundings,
  seen?: SeenReport,
): FoundDatabase {
  switch (kinds.get(report.engine) ?? report.vendor) {
    case 'sqlite':
      return sqliteDatabase(report, surroundings);
    case 'postgresql':
      return seen && 'driver' in seen && seen.driver.dbname !== undefined
        ? connectedPostgresql(report, surroundings, seen.driver)
        : postgresqlDatabase(report, surroundings);
    case 'mysql':
      return mysqlDatabase(report, surroundings);
    default:
      throw refusal(
        `davgate supports SQLite, PostgreSQL and MySQL; DATABASES has the engine ${report.engine}.`,
      );
  }
}

/** Django opens every name as a SQLite URI (https://www.sqlite.org/uri.html). */
function sqliteDatabase({ name }: DatabaseReport, { project }: Surroundings): FoundDatabase {
  const [path = '', query = ''] = name?.startsWith('file:') === true ? name.split('?', 2) : [name ?? ''];
  if (textOf(path) === undefined) throw refusal('DATABASES does not name a database (NAME).');
  if (path.includes(':memory:') || new URLSearchParams(query).get('mode') === 'memory') {
    throw refusal('The database exists only in the memory of the site\u2019s own process.');
  }
  const file = path.startsWith('file:') ? fileOfUri(path) : path;
  return { location: { kind: 'sqlite', file: resolve(project, file) }, warnings: [] };
}

function fileOfUri(uri: string): string {
  const path = uri.slice('file:'.length);
  return isAbsolute(path) ? fileURLToPath(uri) : decodeURIComponent(path);
}
