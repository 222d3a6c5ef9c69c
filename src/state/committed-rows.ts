import Database, { type Statement } from 'better-sqlite3';
import type { Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import { orUnavailable } from './or-unavailable.js';

export type Binding = string | number;

/**
 * The rows of a statement that is sent with most requests and is written out, because Knex takes ten times as long to
 * build one as a local database takes to answer. Reads what has been committed.
 * @throws Failure `unavailable`
 */
export type CommittedRows<Row> = (sql: string, bindings: readonly Binding[]) => Promise<readonly Row[]>;

/** Reads outside transactions. */
export interface CommittedReader {
  /** A function that reads rows of one type. */
  rowsOf<Row>(): CommittedRows<Row>;
  close(): void;
}

/** Statements to keep prepared, for one type of row, and the length of the longest, in characters. */
const mostPrepared = 100;
const longestPrepared = 2000;

/** How long to wait for a lock, in milliseconds. In WAL mode, writers do not lock readers out. */
const busyMilliseconds = 5000;

/**
 * Reads from an existing SQLite file in WAL mode. It has a connection of its own, so that it never waits for a
 * transaction of this process and never sees one that is not yet committed.
 */
export function sqliteReader(file: string): CommittedReader {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: busyMilliseconds });
  return {
    rowsOf<Row>(): CommittedRows<Row> {
      const prepared = new LRUCache<string, Statement<Binding[], Row>>({ max: mostPrepared });
      const statementFor = (sql: string): Statement<Binding[], Row> => {
        const known = prepared.get(sql);
        if (known) return known;
        const statement = database.prepare<Binding[], Row>(sql);
        if (sql.length <= longestPrepared) prepared.set(sql, statement);
        return statement;
      };
      const read = async (sql: string, bindings: readonly Binding[]): Promise<Row[]> =>
        Promise.resolve(statementFor(sql).all(...bindings));
      return (sql, bindings) => orUnavailable(read(sql, bindings));
    },
    close: () => {
      database.close();
    },
  };
}

/** Reads from PostgreSQL. */
export function postgresqlReader(knex: Knex): CommittedReader {
  return {
    rowsOf:
      <Row>(): CommittedRows<Row> =>
      async (sql, bindings) =>
        (await orUnavailable(knex.raw<{ rows: Row[] }>(sql, bindings))).rows,
    close: () => undefined,
  };
}
