/** How a connection to a database server is secured. */
export interface TlsOptions {
  /** Whether the server's certificate must be valid for its name. */
  readonly verify: boolean;
  /** PEM text of the authorities to trust; the system's own when missing. */
  readonly ca?: string;
  /** PEM text of a client certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
}

/** As {@link TlsOptions}, by the files that hold the texts. */
export interface TlsFiles {
  readonly verify: boolean;
  /** Absolute, as the other two. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** A database server, reached over TCP or, where `socket` is set, over a Unix socket. */
export interface DatabaseServer<Tls = TlsOptions> {
  readonly host: string;
  /** The server's usual one where undefined. */
  readonly port: number | undefined;
  /** PostgreSQL: the folder of the socket. MySQL: the socket itself. Absolute. */
  readonly socket: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  /** Undefined: in the clear. Of no account on a Unix socket. */
  readonly tls: Tls | undefined;
  /** PostgreSQL: the schemas in which tables are looked for, in this order. Default: as the server has it for the role. */
  readonly searchPath?: readonly string[];
  /** PostgreSQL: the role that a session takes on once it is logged in (SET ROLE). Default: the user's own. */
  readonly role?: string;
}

/** A database. */
export type DatabaseLocation<Tls = TlsOptions> =
  | { readonly kind: 'sqlite'; /** Absolute. */ readonly file: string }
  | { readonly kind: 'postgresql'; readonly server: DatabaseServer<Tls> }
  | { /** Or MariaDB. */ readonly kind: 'mysql'; readonly server: DatabaseServer<Tls> };
