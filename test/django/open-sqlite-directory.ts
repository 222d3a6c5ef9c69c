import type { PasswordSamples, UserDirectory } from '../../src/django/directory.js';
import { ModelDirectory } from '../../src/django/model-directory.js';
import { openSqlite, type SqliteOptions } from '../../src/database/sqlite.js';

/** A directory that holds connections until it is closed. */
export interface OpenDirectory extends UserDirectory, PasswordSamples {
  close(): Promise<void>;
}

/** The users of a Django site that keeps them in SQLite, never written. Opens the file when it is first asked. */
export function openSqliteDirectory(options: SqliteOptions): OpenDirectory {
  const knex = openSqlite(options);
  const directory = new ModelDirectory(knex, { kind: 'sqlite' });
  return {
    find: (username) => directory.find(username),
    passwordSample: (algorithms) => directory.passwordSample(algorithms),
    close: () => knex.destroy(),
  };
}
