import { userInfo } from 'node:os';

/** The parts of the process environment that davgate uses. */
export interface Environment {
  /** The search path for programs, as in PATH. */
  readonly path: string;
  /** The effective user id; undefined if the system has none. */
  readonly uid: number | undefined;
  readonly pid: number;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The name of the user that this process runs as; undefined if the system knows none. */
  readonly userName: string | undefined;
}

/** Reads the environment. Nothing else in davgate does. */
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

/** The address to listen on according to HOST and PORT, if set. @throws RangeError if PORT is not a port number */
export function readListen(): { host?: string; port?: number } {
  const { HOST: host = '', PORT: port = '' } = process.env;
  if (port !== '' && !/^\d{1,5}$/.test(port)) {
    throw new RangeError(`PORT must be a number from 0 to 65535, not "${port}".`);
  }
  return { ...(host !== '' && { host }), ...(port !== '' && { port: Number(port) }) };
}

/** Whether a process of this machine is running. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process exists, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The variables that the loader of programs reads (ld.so(8)), for a process that needs no others. */
export function loaderVariables(variables: Environment['variables']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value !== undefined && /^(?:LD|DYLD)_/.test(name) ? [[name, value]] : [],
    ),
  );
}
