import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../failure.js';
import { pythonTrouble } from './python-trouble.js';

export interface ProgramRun {
  /** A path, or a name to be looked up in PATH. */
  readonly python: string;
  /** Absolute path of the folder that holds the site's manage.py. */
  readonly project: string;
  /** DJANGO_SETTINGS_MODULE */
  readonly settings: string;
  /** A key of DATABASES. */
  readonly alias: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. */
  readonly timeout: number;
}

/** How a run ended. */
export interface ProgramEnd {
  /** All that came on descriptor 3; empty where Python ended, or was ended, before it could answer. */
  readonly answer: string;
  /** The end of what came on standard error. */
  readonly complaint: string;
  /** Such as `status 1`, `SIGSEGV`. */
  readonly how: string;
  readonly timedOut: boolean;
}

const program = fileURLToPath(new URL('./discover.py', import.meta.url));

/** Milliseconds past the timeout, within which discover.py says where the site hangs. */
const grace = 2_000;
/** Milliseconds for what is still in the pipes when Python has ended. */
const drainPatience = 250;
/** Characters of standard error that are kept. */
const complaintLength = 4_096;

/**
 * Runs discover.py once. What the site prints goes nowhere; nothing that it has started outlives an answer.
 * @throws Failure `unavailable` when there is no such Python
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const child = started(run);
  const complaint = collect(child.stdio[2], complaintLength);
  const answer = collect(child.stdio[3]);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, run.timeout + grace);
  try {
    const how = await ended(child, run);
    // A process that the site left behind may hold the pipes open for ever.
    await Promise.race([Promise.all([complaint.closed, answer.closed]), sleep(drainPatience)]);
    return { answer: answer.text(), complaint: complaint.text(), how, timedOut };
  } finally {
    clearTimeout(timer);
    complaint.stop();
    answer.stop();
  }
}

function started(run: ProgramRun): ChildProcess {
  try {
    return spawn(run.python, [program, run.alias, String(run.timeout / 1000)], {
      cwd: run.project,
      detached: true,
      env: { ...run.environment, DJANGO_SETTINGS_MODULE: run.settings, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    // Node throws what it does not expect of a program, such as ENOEXEC.
    if (error instanceof Error && 'syscall' in error) throw unstarted(run, error);
    throw error;
  }
}

function ended(child: ChildProcess, run: ProgramRun): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => {
      resolve(signal ?? `status ${code ?? 'unknown'}`);
    });
    child.once('error', (cause) => {
      reject(unstarted(run, cause));
    });
  });
}

function unstarted({ python, project }: ProgramRun, cause: Error): Failure {
  return new Failure('unavailable', pythonTrouble(python, project, codeOf(cause)), { cause });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

/** Gathers what a pipe brings; with a limit, the last so many bytes at least. */
function collect(pipe: ChildProcess['stdio'][number], limit = Infinity) {
  if (!(pipe instanceof Readable)) throw new TypeError('The pipe of a child cannot be read.');
  let chunks: Buffer[] = [];
  let length = 0;
  pipe.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > 2 * limit) {
      chunks = [Buffer.concat(chunks).subarray(-limit)];
      length = limit;
    }
  });
  return {
    closed: once(pipe, 'close'),
    text: () => Buffer.concat(chunks).toString(),
    stop: () => pipe.destroy(),
  };
}
