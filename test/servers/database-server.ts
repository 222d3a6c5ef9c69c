import type { Knex } from 'knex';
import type { DatabaseServer, TlsOptions } from '../../src/database/location.js';

/** How to reach a database of a server that belongs to a test. */
export interface Access {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls?: TlsOptions;
  /** Through its Unix socket instead of TCP. */
  readonly socket?: boolean;
  /** Through another port, where something stands between. */
  readonly port?: number;
  readonly host?: string;
}

/** A private PostgreSQL or MariaDB on a loopback port. */
export interface TestServer {
  readonly kind: 'postgresql' | 'mysql';
  readonly port: number;
  server(access: Access): DatabaseServer;
  /** A connection that may do everything; the caller destroys it. */
  administrator(database?: string): Knex;
  /**
   * Makes a database, a user `site` who owns it and a user `reader`; both have the password {@link password}.
   * The reader has no rights yet.
   */
  createDatabase(database: string): Promise<void>;
  /** Lets `reader` select from all that the database holds now. */
  letRead(database: string): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** As {@link stop}, without time for the server to tidy up. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** Of all users of a test's servers; it has characters that URLs and SQL escape. */
export const password = 'p@ss:w/ö?#%rd \'1"';

/** Connections of a test that waits for nothing long and logs nothing. */
export const testPool: Knex.PoolConfig = { min: 0, max: 2 };
