import { Failure } from '../../failure.js';
import { SiteProcess, type SiteProgram } from './site-process.js';
import { WaitingLine } from './waiting-line.js';

export interface SiteProcessesOptions {
  /** With `python` found already. */
  readonly program: SiteProgram;
  /** Is told why one has ended while it loaded the site, or could not be started. */
  readonly noted: (trouble: string) => void;
  /** The most processes. Default 4: they wait for directories rather than compute. */
  readonly size?: number;
  /** Milliseconds for loading the site. Default 60,000. */
  readonly loadPatience?: number;
  /** The least milliseconds between one end of a process and the next start; doubled up to 30 times. Default 1,000. */
  readonly backOff?: number;
}

/** How many times {@link SiteProcessesOptions.backOff} a start waits at most. */
const longestBackOff = 30;

/** Processes of the site's own Python, started as they are needed and again after they have ended. */
export class SiteProcesses {
  readonly size: number;
  readonly #options: Required<SiteProcessesOptions>;
  readonly #processes = new Set<SiteProcess>();
  readonly #free: SiteProcess[] = [];
  readonly #line = new WaitingLine<SiteProcess>(unasked);
  #loading = 0;
  /** Ends of processes since one has answered. */
  #ends = 0;
  /** On the clock of `performance.now()`. */
  #notBefore = 0;
  #lastTrouble = '';
  #starter: NodeJS.Timeout | undefined;
  #retired = false;
  #closed = false;

  constructor({ program, noted, size = 4, loadPatience = 60_000, backOff = 1000 }: SiteProcessesOptions) {
    this.size = size;
    this.#options = { program, noted, size, loadPatience, backOff };
  }

  /** The processes' ids, those of the groups that they lead. */
  get pids(): number[] {
    return [...this.#processes].flatMap(({ pid }) => pid ?? []);
  }

  /**
   * Starts the first process, and resolves once the site has been loaded.
   * @throws Failure `unavailable` with the site's own complaint, for the administrator
   */
  async loaded(): Promise<void> {
    if (this.#processes.size === 0) this.#start();
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

  /**
   * One that nobody else uses, until {@link giveBack}.
   * @param patience milliseconds
   * @throws Failure `unavailable` where none is free in that time, or none can be started
   */
  take(patience: number): Promise<SiteProcess> {
    for (;;) {
      const process = this.#free.pop();
      if (process === undefined) break;
      if (process.alive) return Promise.resolve(process);
    }
    if (this.#closed) return Promise.reject(unasked());
    // One that is loading already, and that nobody else waits for, will do.
    const starting = this.#loading > this.#line.size || this.#start();
    // Waiting would be in vain while nothing runs and nothing may be started for a while.
    if (!starting && this.#processes.size === 0) return Promise.reject(unasked());
    return this.#line.wait(patience);
  }

  /** Takes back one that has answered. */
  giveBack(process: SiteProcess): void {
    this.#ends = 0;
    this.#release(process);
  }

  /** Ends each process that nobody waits for; what is still asked is answered. */
  retire(): void {
    this.#retired = true;
    for (const process of this.#free.splice(0)) void process.close();
  }

  /** Ends all processes; what waits gets no answer. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#starter);
    this.#line.refuseAll();
    await Promise.all([...this.#processes].map((process) => process.close()));
  }

  #release(process: SiteProcess): void {
    if (!process.alive || this.#closed || this.#line.serve(process)) return;
    if (this.#retired) void process.close();
    else this.#free.push(process);
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
      if (this.#closed) return;
      // Nobody can have many end slowly: such a one is replaced at once, and delays no other start.
      if (process.wasSlow) this.#startWanted();
      else this.#ended();
    });
    return true;
  }

  /** One less runs: the next one starts after a while, that much later the more have ended without an answer. */
  #ended(error?: unknown): void {
    if (error !== undefined) this.#options.noted((this.#lastTrouble = messageOf(error)));
    const wait = this.#retired ? 0 : this.#options.backOff * Math.min(2 ** this.#ends, longestBackOff);
    this.#ends += 1;
    this.#notBefore = performance.now() + wait;
    if (this.#processes.size === 0) this.#line.refuseAll();
    clearTimeout(this.#starter);
    this.#starter = setTimeout(() => {
      this.#startWanted();
    }, wait + 1);
  }

  /** As many as are waited for, and one that is kept ready. */
  #startWanted(): void {
    const ready = this.#retired ? 0 : 1;
    while (this.#processes.size < Math.max(ready, this.#line.size) && this.#start());
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function unasked(): Failure {
  return new Failure('unavailable', 'The site cannot answer just now.', {
    headers: [['Retry-After', '2']],
  });
}
