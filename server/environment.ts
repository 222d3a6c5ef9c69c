import { userInfo } from 'node:os';

/** The environment of this process that davgate depends on. */
export interface Environment {
  /** Where programs are looked for, as in PATH. */
  readonly path: string;
  /** The effective user id; undefined where the system has none. */
  readonly uid: number | undefined;
  readonly pid: number;
  /** All variables, for the site's own Python. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The name of the user that this process runs as; undefined where the system has none for it. */
  readonly userName: string | undefined;
}

/** Reads what davgate takes from its environment; nothing else does. */
export function readEnvironment(): Environment {
  return {
    path: process.env.PATH ?? '',
    uid: process.geteuid?.(),
    pid: process.pid,
    variables: process.env,
    userName: userName(),
  };
}

function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** Where HOST and PORT say to listen, if they do. @throws RangeError for a PORT that is none */
export function readListen(): { host?: string; port?: number } {
  const host = process.env.HOST;
  const port = process.env.PORT;
  if (port !== undefined && port !== '' && !/^\d{1,5}$/.test(port)) {
    throw new RangeError(`PORT must be a number from 0 to 65535, not "${port}".`);
  }
  return {
    ...(host === undefined || host === '' ? {} : { host }),
    ...(port === undefined || port === '' ? {} : { port: Number(port) }),
  };
}
