import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { kill } from 'node:process';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { maskSecrets } from '../discovery/mask-secrets.js';
import { pythonTrouble } from '../discovery/python-trouble.js';
import { answerSchema, readySchema, type Question } from './answers.js';
import { frameOf, FrameReader } from './frames.js';

export interface SiteProgram {
  /** A path, or a name to be looked up in PATH. */
  readonly python: string;
  /** Absolute path of the folder that holds the site's manage.py. */
  readonly project: string;
  /** DJANGO_SETTINGS_MODULE */
  readonly settings: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const program = fileURLToPath(new URL('../discovery/sign_in.py', import.meta.url));

/** Characters of what Python says while it loads the site that are kept. */
const complaintLength = 2_048;
/** Milliseconds for what is still in the pipe when Python has ended. */
const drainPatience = 250;

interface Waiting {
  /** Undefined for the first answer, which nobody asks for. */
  readonly nonce: string | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * One Python with the site loaded, which answers one question at a time. Whatever goes wrong ends it: it is never asked
 * again after an answer that came late or was none.
 */
export class SiteProcess {
  /** Resolves once it takes questions, rejects where it ends before. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended, with every process that the site has started in its group. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #answers = new FrameReader();
  #waiting: Waiting | undefined;
  #complaint = '';
  #isReady = false;
  #hasExited = false;
  #wasSlow = false;
  #fault: Error | undefined;

  /** @param patience milliseconds until a site that does not load is given up */
  constructor(run: SiteProgram, patience: number) {
    this.#child = spawn(run.python, [program, run.project], {
      cwd: run.project,
      // A group of its own, to be ended as one.
      detached: true,
      env: { ...run.environment, DJANGO_SETTINGS_MODULE: run.settings, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['pipe', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', () => {
        this.#killGroup();
        this.#hasExited = true;
        void this.#lastWords().then(() => {
          this.#end(new Error(`The site\u2019s Python has ended.${this.#said()}`));
          resolve();
        });
      });
      this.#child.once('error', (cause) => {
        const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
        this.#end(new Error(pythonTrouble(run.python, run.project, code), { cause }));
        resolve();
      });
    });
    const [lifeline, , complaints, questions, answers] = this.#child.stdio;
    for (const pipe of [lifeline, complaints, questions, answers]) {
      // A process that has ended is told of by its exit.
      pipe?.on('error', () => undefined);
    }
    if (complaints instanceof Readable) {
      complaints.on('data', (chunk: Buffer) => {
        this.#complaint = (this.#complaint + chunk.toString()).slice(-complaintLength);
      });
    }
    if (answers instanceof Readable) {
      answers.on('data', (chunk: Buffer) => {
        this.#take(chunk);
      });
    }
    this.ready = this.#answer(patience).then((first) => {
      readySchema.parse(first);
      this.#isReady = true;
    });
    this.ready.catch((error: unknown) => {
      this.#end(error instanceof Error ? error : new Error(String(error)));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it can be asked, now or once it is ready. */
  get alive(): boolean {
    return this.#fault === undefined;
  }

  /** Whether it was ended because a question took it too long. */
  get wasSlow(): boolean {
    return this.#wasSlow;
  }

  /**
   * The answer to one question; no other may be under way.
   * @param nonce is unlike that of any other question: an answer without it ends the process
   * @param patience milliseconds; a process that has not answered by then is ended
   * @throws Error where it does not answer
   */
  ask(question: Question, nonce: string, patience: number): Promise<unknown> {
    if (this.#fault) return Promise.reject(this.#fault);
    const frame = frameOf({ ...question, nonce });
    const answer = this.#answer(patience, nonce);
    const questions = this.#child.stdio[3];
    if (questions instanceof Writable) questions.write(frame);
    return answer;
  }

  /** Ends it, and resolves when that is done. */
  async close(): Promise<void> {
    this.#end(new Error('davgate ends.'));
    await this.ended;
  }

  #answer(patience: number, nonce?: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#wasSlow = this.#isReady;
        this.#end(
          new Error(`The site\u2019s Python did not answer within ${patience / 1000} s.${this.#said()}`),
        );
      }, patience);
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting = undefined;
      };
      this.#waiting = {
        nonce,
        resolve: (answer) => {
          settle();
          resolve(answer);
        },
        reject: (reason) => {
          settle();
          reject(reason);
        },
      };
    });
  }

  #take(chunk: Buffer): void {
    if (this.#fault) return;
    try {
      const answer = this.#answers.push(chunk);
      if (answer === undefined) return;
      if (!this.#waiting) throw new Error('It answered what nobody asked.');
      const { nonce, resolve } = this.#waiting;
      if (nonce !== undefined && answerSchema.parse(answer).nonce !== nonce) {
        throw new Error('It answered another question.');
      }
      resolve(answer);
    } catch (cause) {
      this.#end(new Error('The site\u2019s Python broke the protocol.', { cause }));
    }
  }

  /** The site is loaded again rather than trusted after a fault. */
  #end(fault: Error): void {
    if (this.#fault) return;
    this.#fault = fault;
    this.#waiting?.reject(fault);
    this.#killGroup();
    for (const pipe of this.#child.stdio) pipe?.destroy();
  }

  #killGroup(): void {
    const { pid } = this.#child;
    // Once the leader is gone and its group was ended, another may have its number.
    if (pid === undefined || this.#hasExited) return;
    try {
      kill(-pid, 'SIGKILL');
    } catch {
      // All of its group has ended.
    }
  }

  /** Resolves when what it said is read, if it had something to say. */
  async #lastWords(): Promise<void> {
    const { stderr } = this.#child;
    if (this.#fault || this.#isReady || !stderr || stderr.closed) return;
    await Promise.race([once(stderr, 'close'), sleep(drainPatience)]);
  }

  /** What it said while it loaded the site; it says nothing afterwards. */
  #said(): string {
    const said = maskSecrets(this.#complaint).trim();
    return said === '' ? '' : `\n${said}`;
  }
}
