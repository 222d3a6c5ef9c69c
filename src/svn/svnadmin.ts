import { spawn } from 'node:child_process';
import { Failure } from '../failure.js';

/** How svnadmin or svnlook ended: what it printed, or its complaints. */
export type AdminOutcome =
  { readonly done: true; readonly out: string } | { readonly done: false; readonly complaint: string };

/** Bytes of complaints that are kept. */
const most = 16 * 1024;

/**
 * Runs one of Subversion's own programs on this machine, without a shell.
 * @param path PATH, where the program is looked for
 * @throws Failure `unavailable` where it is not installed
 */
export function runAdmin(
  program: 'svnadmin' | 'svnlook',
  args: readonly string[],
  path: string,
): Promise<AdminOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: path, LANG: 'C.UTF-8' },
    });
    let out = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out = (out + text).slice(-most)));
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (complaint = (complaint + text).slice(-most)));
    child.once('error', (cause) => {
      reject(new Failure('unavailable', `${program} was not found; install subversion.`, { cause }));
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve({ done: true, out });
      else
        resolve({
          done: false,
          complaint: complaint.trim() || `${program} ended with ${code ?? signal ?? ''}.`,
        });
    });
  });
}
