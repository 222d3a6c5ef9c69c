import { accessSync, closeSync, constants, opendirSync, openSync, readFileSync, statSync } from 'node:fs';
import { errorCode } from './files.js';

/** Who this process runs as, for messages: `the user www-data`. */
export function userInWords({
  userName,
  uid,
}: {
  readonly userName: string | undefined;
  readonly uid: number | undefined;
}): string {
  return `the user ${userName ?? `with the id ${uid ?? '?'}`}`;
}

/** Why this process may not list a folder and go in; undefined where it may. */
export function closedToReading(folder: string, user: string): string | undefined {
  return (
    refusal(() => opendirSync(folder).closeSync(), user, 'list', folder, 'r and x') ??
    // What is in it cannot be looked up without the right to enter.
    refusal(() => statSync(`${folder}/.`), user, 'enter', folder, 'r and x')
  );
}

/** Why this process may make nothing in a folder; undefined where it may. */
export function closedToWriting(folder: string, user: string): string | undefined {
  const mode = constants.W_OK | constants.X_OK;
  return refusal(() => accessSync(folder, mode), user, 'make files in', folder, 'w and x');
}

/** Why this process may not read a file; undefined where it may. */
export function unreadableFile(file: string, user: string): string | undefined {
  const mode = constants.O_RDONLY | constants.O_NONBLOCK;
  return refusal(() => closeSync(openSync(file, mode)), user, 'read', file, 'r');
}

/** Why this process may not write a file; undefined where it may. */
export function unwritableFile(file: string, user: string): string | undefined {
  const mode = constants.R_OK | constants.W_OK;
  return refusal(() => accessSync(file, mode), user, 'read and write', file, 'r and w');
}

/** Why an attempt fails; undefined if it succeeds. */
function refusal(
  attempt: () => unknown,
  user: string,
  verb: string,
  path: string,
  right: string,
): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return lacking(error, user, verb, path, right);
  }
}

function lacking(error: unknown, user: string, verb: string, path: string, right: string): string {
  const code = errorCode(error);
  if (code === 'EROFS')
    return `lies on a file system that is mounted read-only: remount it, or name another place`;
  if (code !== 'EACCES' && code !== 'EPERM') return `cannot be used (${code ?? String(error)})`;
  return `${user} may not ${verb} it${ownerOf(path)}: give them ${right} there (chown, chmod or setfacl)`;
}

/** Whose a file is, in a parenthesis; empty where it cannot be told. */
function ownerOf(path: string): string {
  try {
    const { uid, mode } = statSync(path);
    return ` (it belongs to ${nameOfUser(uid)}, mode ${(mode & 0o7777).toString(8)})`;
  } catch {
    return '';
  }
}

/** The name that /etc/passwd gives a user id (passwd(5)), or the id. */
export function nameOfUser(uid: number): string {
  try {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.split(':')[2] === String(uid));
    return line?.split(':', 1)[0] ?? String(uid);
  } catch {
    return String(uid);
  }
}
