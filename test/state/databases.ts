import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openStateDatabase, type StateDatabase } from '../../src/state/database.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';

/** A kind of state database that the suites run on. */
export interface DatabaseUnderTest {
  readonly name: string;
  /** An empty database for one test. */
  open(t: TestContext): Promise<StateDatabase>;
}

/** One line for each kind that davgate keeps its state in. */
export const databases: readonly DatabaseUnderTest[] = [{ name: 'SQLite', open: openSqlite }];

/** Opens the SQLite file at `file`, a new one unless given, and closes it after the test. */
export async function openSqlite(
  t: TestContext,
  file: string = join(temporaryFolder(t), 'state.sqlite3'),
): Promise<StateDatabase> {
  const database = await openStateDatabase(file);
  t.after(() => database.destroy());
  return database;
}
