import { spawn } from 'node:child_process';
import { Failure } from '../../failure.js';
import type { Owner } from '../apache/runtime-user.js';

/** How svnadmin or svnlook ended: what it printed, or its error messages. */
export type AdminOutcome =
  { readonly done: true; readonly out: string } | { readonly done: false; readonly complaint: string };

interface AdminOptions {
  /** PATH, to find the program. */
  readonly path: string;
  /** The user to run it as, if not the caller. */
  readonly user?: Owner | undefined;
  /** Whether only the caller may read what it creates. */
  readonly secret?: boolean;
  /** A descriptor that the program inherits as {@link inheritedDescriptor}. */
  readonly inherit?: number | undefined;
}

/** The first one after the standard ones. */
export const inheritedDescriptor = 3;

/** The most bytes of error messages to keep. */
const most = 16 * 1024;

/** A shell's exit code for a program that does not exist. */
const notFound = 127;

/**
 * Runs one of Subversion's own programs, or a shell script, on this machine.
 * @param args its paths must be absolute
 * @throws Failure `unavailable` if it is not installed
 */
export function runAdmin(
  program: 'svnadmin' | 'svnlook' | '/bin/sh',
  args: readonly string[],
  { path, user, secret = false, inherit }: AdminOptions,
): Promise<AdminOutcome> {
  return new Promise((resolve, reject) => {
    const missing = (cause?: unknown): void =>
      reject(new Failure('unavailable', `${program} was not found; install subversion.`, { cause }));
    const [command, ...rest] = secret
      ? (['/bin/sh', '-c', 'umask 077 && exec "$@"', 'sh', program, ...args] as const)
      : ([program, ...args] as const);
    const child = spawn(command, rest, {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe', ...(inherit === undefined ? [] : [inherit])],
      env: { PATH: path, LANG: 'C.UTF-8' },
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    let out = '';
    let complaint = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out = (out + text).slice(-most)));
    child.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => (complaint = (complaint + text).slice(-most)));
    child.once('error', missing);
    child.once('close', (code, signal) => {
      if (code === 0) resolve({ done: true, out });
      else if (code === notFound) missing(complaint);
      else
        resolve({
          done: false,
          complaint: complaint.trim() || `${program} ended with ${code ?? signal ?? ''}.`,
        });
    });
  });
}
