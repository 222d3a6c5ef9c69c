import { z } from 'zod';
import { Failure } from '../../failure.js';
import { errorSchema, permissionsSchema, userSchema, type Question } from './answers.js';
import { mostBytes } from './frames.js';
import { SiteProcess, type SiteProgram } from './site-process.js';
import { AskedInVain, type SitePermissions, type SiteSignIn, type SiteUser } from './site-sign-in.js';
import { WaitingLine } from './waiting-line.js';

export interface SitePoolOptions {
  /** With `python` found already. */
  readonly program: SiteProgram;
  /** The permissions that `has_perm` is asked about. */
  readonly permissions?: readonly string[];
  /** Is told why a question got no answer, and what a backend gave that is no user; never a name or a password. */
  readonly noted: (trouble: string) => void;
  /** The most processes. Default 4: they wait for directories rather than compute. */
  readonly size?: number;
  /** Milliseconds for an answer, and for a process to become free before. Default 10,000. */
  readonly patience?: number;
  /** Milliseconds for loading the site. Default 60,000. */
  readonly loadPatience?: number;
  /** The least milliseconds between one end of a process and the next start; doubled up to 30 times. Default 1,000. */
  readonly backOff?: number;
}

/** How many times {@link SitePoolOptions.backOff} a start waits at most. */
const longestBackOff = 30;

/**
 * Processes of the site's own Python, started as they are needed and again after they have ended. A process that does
 * not answer, or not as it should, is ended alone; whoever waited for it gets no answer.
 */
export class SitePool implements SiteSignIn, SitePermissions {
  readonly #options: Required<SitePoolOptions>;
  readonly #processes = new Set<SiteProcess>();
  readonly #free: SiteProcess[] = [];
  readonly #line: WaitingLine<SiteProcess>;
  #loading = 0;
  /** Ends of processes since one has answered. */
  #ends = 0;
  /** On the clock of `performance.now()`. */
  #notBefore = 0;
  #lastTrouble = '';
  #starter: NodeJS.Timeout | undefined;
  #closed = false;

  /** @throws Failure `not-implemented` where more permissions are named than a question has room for */
  constructor(options: SitePoolOptions) {
    if (JSON.stringify(options.permissions ?? []).length > mostBytes / 2) {
      throw new Failure(
        'not-implemented',
        'The shares name too many permissions for the site to be asked about.',
      );
    }
    this.#options = {
      permissions: [],
      size: 4,
      patience: 10_000,
      loadPatience: 60_000,
      backOff: 1000,
      ...options,
    };
    this.#line = new WaitingLine(unasked);
  }

  /** The processes' ids, those of the groups that they lead. */
  get pids(): number[] {
    return [...this.#processes].flatMap(({ pid }) => pid ?? []);
  }

  /** Starts the first process, so that the first question does not wait for it. */
  warmUp(): void {
    if (this.#processes.size === 0) this.#start();
  }

  /**
   * Resolves once the site has been loaded.
   * @throws Failure `unavailable` with the site's own complaint, for the administrator
   */
  async loaded(): Promise<void> {
    this.warmUp();
    const [first] = this.#processes;
    try {
      if (!first) throw new Error(this.#lastTrouble);
      await first.ready;
    } catch (cause) {
      throw new Failure('unavailable', `The site does not load to sign people in: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  async signIn(
    username: string,
    password: string,
    address: string | undefined,
  ): Promise<SiteUser | undefined> {
    const question = { ask: 'user', username, password, address: address ?? null } as const;
    const { user, stranger } = await this.#ask(question, userSchema);
    if (stranger !== undefined) {
      this.#options.noted(`authenticate() gave a ${stranger}, which is no user of AUTH_USER_MODEL.`);
    }
    return user ?? undefined;
  }

  async permissionsOf({ id, username }: SiteUser): Promise<ReadonlySet<string>> {
    const { permissions } = this.#options;
    const question = { ask: 'permissions', user: { id, username }, permissions } as const;
    return new Set((await this.#ask(question, permissionsSchema)).permissions);
  }

  /** Ends all processes; what waits gets no answer. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#starter);
    this.#line.refuseAll();
    await Promise.all([...this.#processes].map((process) => process.close()));
  }

  async #ask<T extends object>(question: Question, schema: z.ZodType<T>): Promise<T> {
    const { patience, noted } = this.#options;
    const process = await this.#freeProcess();
    let answer: T | z.infer<typeof errorSchema>;
    try {
      answer = z.union([errorSchema, schema]).parse(await process.ask(question, patience));
    } catch (cause) {
      if (process.alive) void process.close();
      noted(messageOf(cause));
      throw new AskedInVain(cause);
    }
    this.#ends = 0;
    this.#release(process);
    if (!('error' in answer)) return answer;
    noted(`The site\u2019s own code has raised ${answer.error}.`);
    throw new AskedInVain();
  }

  #freeProcess(): Promise<SiteProcess> {
    for (;;) {
      const process = this.#free.pop();
      if (process === undefined) break;
      if (process.alive) return Promise.resolve(process);
    }
    if (this.#closed) throw unasked();
    // One that is loading already, and that nobody else waits for, will do.
    const starting = this.#loading > this.#line.size || this.#start();
    // Waiting would be in vain while nothing runs and nothing may be started for a while.
    if (!starting && this.#processes.size === 0) throw unasked();
    return this.#line.wait(this.#options.patience);
  }

  #release(process: SiteProcess): void {
    if (!process.alive || this.#closed) return;
    if (!this.#line.serve(process)) this.#free.push(process);
  }

  /** Starts one more process where there may be one. @returns whether it has */
  #start(): boolean {
    const { program, size, loadPatience } = this.#options;
    if (this.#closed || this.#processes.size >= size || performance.now() < this.#notBefore) return false;
    let process: SiteProcess;
    try {
      process = new SiteProcess(program, loadPatience);
    } catch (error) {
      this.#ended(error);
      return false;
    }
    this.#processes.add(process);
    this.#loading += 1;
    process.ready.then(
      () => {
        this.#loading -= 1;
        this.#release(process);
      },
      (error: unknown) => {
        this.#loading -= 1;
        if (!this.#closed) this.#options.noted(messageOf(error));
        this.#lastTrouble = messageOf(error);
      },
    );
    void process.ended.then(() => {
      this.#processes.delete(process);
      if (!this.#closed) this.#ended();
    });
    return true;
  }

  /** One less runs: the next one starts after a while, that much later the more have ended without an answer. */
  #ended(error?: unknown): void {
    if (error !== undefined) this.#options.noted((this.#lastTrouble = messageOf(error)));
    const wait = this.#options.backOff * Math.min(2 ** this.#ends, longestBackOff);
    this.#ends += 1;
    this.#notBefore = performance.now() + wait;
    if (this.#processes.size === 0) this.#line.refuseAll();
    clearTimeout(this.#starter);
    this.#starter = setTimeout(() => {
      // At least one is kept ready, and as many as are waited for.
      while (this.#processes.size < Math.max(1, this.#line.size) && this.#start());
    }, wait + 1);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unasked(): Failure {
  return new Failure('unavailable', 'The site cannot answer just now.', {
    headers: [['Retry-After', '2']],
  });
}
