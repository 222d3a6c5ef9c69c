import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { findApache } from '../../src/svn/apache/find-apache.js';
import { run } from '../clients/helpers/programs.js';
import type { Server } from './servers.js';
import { python, type WorkFolder } from './work-folder.js';

/** A program of the suite, and which of its tests are wanted. */
export interface Selection {
  /** Such as `basic`, for basic_tests.py. */
  readonly name: string;
  /** Numbers of tests; none: all. */
  readonly numbers: readonly string[];
}

/** Runs tests against a server; several at a time, unless their program forbids that. @returns what they write */
export async function runTests(
  work: WorkFolder,
  server: Server,
  { name, numbers }: Selection,
): Promise<string> {
  const args = [
    `${name}_tests.py`,
    `--url=${server.url}`,
    `--httpd-version=${await apacheVersion()}`,
    '--bin=/usr/bin',
    `--parallel-instances=${availableParallelism()}`,
    '--cleanup',
    ...numbers,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(python, args, {
      cwd: work.tests,
      // Nothing of this user's own: neither his Subversion's configuration nor his Python.
      env: { HOME: work.folder, PATH: `${join(work.folder, 'bin')}:/usr/bin:/bin` },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(work.user && { uid: work.user.uid, gid: work.user.gid }),
    });
    const out: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => out.push(chunk));
    child.once('error', reject);
    child.once('close', () => {
      resolve(Buffer.concat(out).toString());
    });
  });
}

let version: string | undefined;

/** The suite knows of faults of some versions. */
async function apacheVersion(): Promise<string> {
  if (version !== undefined) return version;
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const [, found = ''] = /Apache\/([\d.]+)/.exec(await run(program.binary, ['-v'])) ?? [];
  version = found;
  return found;
}
