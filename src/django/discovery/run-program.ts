import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../failure.js';
import { pythonTrouble } from './python-trouble.js';

interface ProgramRun {
  /** A path, or a name to look up in PATH. */
  readonly python: string;
  /** Absolute path of the folder that contains the site's manage.py. */
  readonly project: string;
  /** DJANGO_SETTINGS_MODULE */
  readonly settings: string;
  /** A key of DATABASES. */
  readonly alias: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. */
  readonly timeout: number;
}

export interface ProgramEnd {
  /** The output on descriptor 3; empty if Python ended, or was ended, before it could answer. */
  readonly answer: string;
  /** The end of the output on standard error. */
  readonly complaint: string;
  /** Such as `status 1`, `SIGSEGV`. */
  readonly how: string;
  readonly timedOut: boolean;
}

const program = fileURLToPath(new URL('./discover.py', import.meta.url));

/** Milliseconds after the timeout in which discover.py can report where the site hangs. */
const grace = 2_000;
/** Milliseconds to read the rest of the pipes after Python has ended. */
const drainPatience = 250;
/** Characters of standard error to keep. */
const complaintLength = 4_096;

/**
 * Runs discover.py once. The site's own output is discarded; nothing that it has started outlives an answer.
 * @throws Failure `unavailable` if there is no such Python
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
    // A process that the site has left behind may keep the pipes open for ever.
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
    // Node throws errors that it does not expect from starting a program, such as ENOEXEC.
    if (error instanceof Error && 'syscall' in error) throw unstarted(run, error);
    throw error;
  }
}

function ended(child: ChildProcess, run: ProgramRun): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve(signal ?? `status ${code ?? 'unknown'}`));
    child.once('error', (cause) => reject(unstarted(run, cause)));
  });
}

function unstarted({ python, project }: ProgramRun, cause: Error): Failure {
  return new Failure('unavailable', pythonTrouble(python, project, codeOf(cause)), { cause });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

/** Gathers the output of a pipe; with a limit, at least that many of its last bytes. */
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
