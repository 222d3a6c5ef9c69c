import { Failure } from '../failure.js';
import { statementMilliseconds } from './server-connections.js';

/** Statements that a connection keeps prepared; the server has room for 16,382 of all its clients. */
export const preparedStatements = 64;

/**
 * What each session begins with, whatever the server's own settings and its init_connect say. MySQL and MariaDB call
 * the time-out differently, each with a comment that only it reads. Without autocommit, every reading after the first
 * would see what the first saw.
 */
const sessionStatements = [
  "set session sql_mode = ''",
  'set names utf8mb4',
  `set session autocommit = 1 /*!50708 , max_execution_time = ${statementMilliseconds} */ ` +
    `/*M!100101 , max_statement_time = ${statementMilliseconds / 1000} */`,
  'set session transaction read only',
];

/** What a session is in then; a proxy in between may have kept it from that. */
const sessionState =
  "select concat_ws(',', @@session.sql_mode, @@session.character_set_client, @@session.character_set_connection, " +
  '@@session.character_set_results) as state';
const expectedState = ',utf8mb4,utf8mb4,utf8mb4';

type Done = (error: Error | null, rows?: unknown, fields?: unknown) => void;

/** What of a mysql2 connection is used here. */
export interface MysqlConnection {
  query: (statement: string | object, values?: unknown, done?: Done) => unknown;
  execute: (statement: string | object, values: readonly unknown[], done?: Done) => unknown;
}

/** Begins a session that only reads and in which no value is ever a part of a statement's text. */
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
    `The session has not the sql_mode and the character sets that it was told to take (it has "${state}"): a proxy in between must let it set them.`,
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
 * Has values travel beside the statement (COM_STMT_EXECUTE). `query` would write them into its text, escaped by
 * backslashes, which mean nothing where sql_mode has NO_BACKSLASH_ESCAPES.
 */
function bindValues(connection: MysqlConnection): void {
  const query = connection.query.bind(connection);
  connection.query = (statement, values, done) =>
    Array.isArray(values) && values.length > 0
      ? connection.execute(statement, values, done)
      : query(statement, values, done);
}
