import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { openStateDatabase, type StateDatabase, type StateLocation } from '../../src/state/database.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { password, type Access, type TestServer } from '../servers/database-server.js';
import { startPostgresql } from '../servers/postgresql-server.js';

/** A kind of state database that the suites run on. */
export interface DatabaseUnderTest {
  readonly name: string;
  /** Where an empty database for one test is. */
  locate(t: TestContext): Promise<StateLocation>;
}

const sqlite: DatabaseUnderTest = {
  name: 'SQLite',
  locate: (t) => Promise.resolve(sqliteAt(join(temporaryFolder(t), 'state.sqlite3'))),
};

/** A kind for each that davgate keeps its state in; a private PostgreSQL ends with the tests of the file. */
export async function databases(): Promise<readonly DatabaseUnderTest[]> {
  const server = await startPostgresql();
  after(() => server.close());
  return [sqlite, { name: 'PostgreSQL', locate: () => newDatabase(server) }];
}

let made = 0;

/** A new database of a test's PostgreSQL, one that sorts as people do, so that only what asks for bytes gets them. */
export async function newDatabase(server: TestServer, access: Partial<Access> = {}): Promise<StateLocation> {
  const database = `state${(made += 1)}`;
  const administrator = server.administrator();
  await administrator.raw(
    `create database ${database} owner site template template0 locale_provider icu icu_locale 'en-US'`,
  );
  await administrator.destroy();
  return { kind: 'postgresql', server: server.server({ user: 'site', password, database, ...access }) };
}

export function sqliteAt(file: string): StateLocation {
  return { kind: 'sqlite', file };
}

/** Opens a state database and closes it after the test. */
export async function openState(t: TestContext, location: StateLocation): Promise<StateDatabase> {
  const database = await openStateDatabase(location, process.geteuid?.());
  t.after(() => database.destroy());
  return database;
}

/** Opens the SQLite file at `file`, a new one unless given, and closes it after the test. */
export async function openSqlite(t: TestContext, file?: string): Promise<StateDatabase> {
  return openState(t, file === undefined ? await sqlite.locate(t) : sqliteAt(file));
}
