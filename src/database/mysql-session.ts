import { Failure } from '../failure.js';
import { statementMilliseconds } from './server-connections.js';

/** The most prepared statements of one connection; the server has room for 16,382 from all its clients. */
export const preparedStatements = 64;

/**
 * The statements that begin each session, whatever the server's own settings and its init_connect are. MySQL and
 * MariaDB have different names for the time-out; each name is in a comment that only one of them reads. Without
 * autocommit, every read after the first would see what the first saw.
 */
const sessionStatements = [
  "set session sql_mode = ''",
  'set names utf8mb4',
  `set session autocommit = 1 /*!50708 , max_execution_time = ${statementMilliseconds} */ ` +
    `/*M!100101 , max_statement_time = ${statementMilliseconds / 1000} */`,
  'set session transaction read only',
];

/** The resulting state of a session, in case a proxy in between has prevented it. */
const sessionState =
  "select concat_ws(',', @@session.sql_mode, @@session.character_set_client, @@session.character_set_connection, " +
  '@@session.character_set_results) as state';
const expectedState = ',utf8mb4,utf8mb4,utf8mb4';

type Done = (error: Error | null, rows?: unknown, fields?: unknown) => void;

/** The parts of a mysql2 connection that are used here. */
export interface MysqlConnection {
  query: (statement: string | object, values?: unknown, done?: Done) => unknown;
  execute: (statement: string | object, values: readonly unknown[], done?: Done) => unknown;
}

/** Begins a read-only session in which values are never part of a statement's text. */
export function beginSession(connection: MysqlConnection, done: (error: Error | null) => void): void {
  begin(connection).then(() => {
    bindValues(connection);
    done(null);
  }, done);
}

async function begin(connection: MysqlConnection): Promise<void> {
  for (const statement of sessionStatements) await answerOf(connection, statement);
  const state = stateIn(await answerOf(connection, sessionState));
  if (state === expectedState) return;
  throw new Failure(
    'unavailable',
    `The session does not have the sql_mode and the character sets that davgate has set (it has "${state}"). A proxy in between must let davgate set them.`,
  );
}

function answerOf(connection: MysqlConnection, statement: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.query(statement, [], (error, rows) => {
      if (error) reject(error);
      else resolve(rows);
    });
  });
}

function stateIn(rows: unknown): string {
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
  return typeof row === 'object' && row !== null && 'state' in row ? String(row.state) : '';
}

/**
 * Sends values separately from the statement (COM_STMT_EXECUTE). `query` would write them into its text, escaped with
 * backslashes, which have no effect if sql_mode contains NO_BACKSLASH_ESCAPES.
 */
function bindValues(connection: MysqlConnection): void {
  const query = connection.query.bind(connection);
  connection.query = (statement, values, done) =>
    Array.isArray(values) && values.length > 0
      ? connection.execute(statement, values, done)
      : query(statement, values, done);
}
