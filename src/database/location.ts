export interface TlsOptions {
  /** Whether the server's certificate must be valid for its name. */
  readonly verify: boolean;
  /** PEM text of the trusted authorities; default: the system's own. */
  readonly ca?: string;
  /** PEM text of a client certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
}

/** The certificates, as Node's `tls` names them. */
export function textsOf({ verify: _, ...texts }: TlsOptions): Omit<TlsOptions, 'verify'> {
  return texts;
}

/** As {@link TlsOptions}, but with the names of the files that contain the texts. */
export interface TlsFiles {
  readonly verify: boolean;
  /** Absolute, like the other two. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** A database server, reached over TCP or, if `socket` is set, over a Unix socket. */
export interface DatabaseServer<Tls = TlsOptions> {
  readonly host: string;
  /** Undefined: the server's usual port. */
  readonly port: number | undefined;
  /** PostgreSQL: the folder of the socket. MySQL: the socket itself. Absolute. */
  readonly socket: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  /** Undefined: unencrypted. Ignored for a Unix socket. */
  readonly tls: Tls | undefined;
  /** PostgreSQL: the schemas in which to look for tables, in this order. Default: the server's setting for the role. */
  readonly searchPath?: readonly string[];
  /** PostgreSQL: the role that a session assumes after login (SET ROLE). Default: the user's own. */
  readonly role?: string;
}

export type DatabaseLocation<Tls = TlsOptions> =
  | { readonly kind: 'sqlite'; /** Absolute. */ readonly file: string }
  | { readonly kind: 'postgresql'; readonly server: DatabaseServer<Tls> }
  | { /** Or MariaDB. */ readonly kind: 'mysql'; readonly server: DatabaseServer<Tls> };
