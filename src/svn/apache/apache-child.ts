import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure, toFailure } from '../../failure.js';
import { folderOf, type Launch } from './apache-launch.js';
import { type ApacheProcess, endOf, startApache } from './apache-process.js';
import type { ApacheMissing, ApacheProgram } from './find-apache.js';
import { putFiles } from './put-files.js';
import { type RuntimeUser, runtimeUser } from './runtime-user.js';
import type { UpstreamAddress } from '../upstream-address.js';

/** Milliseconds before the first restart; doubled for each further one. */
const firstDelay = 100;
/** The longest delay before a restart, in milliseconds. */
const longestDelay = 30_000;
/** Milliseconds before the next search for an Apache that is not installed. */
const absentDelay = 60_000;
/** Milliseconds after which a run counts as healthy, so that the next restart again uses the first delay. */
const healthyRun = 60_000;

type ApacheState =
  | { readonly name: 'stopped' | 'starting' }
  | { readonly name: 'running'; readonly address: UpstreamAddress; readonly pid: number }
  | {
      readonly name: 'failed';
      /** In words for an administrator; may quote Apache's own log. */
      readonly reason: string;
      readonly absent: boolean;
    };

export interface ApacheChildOptions extends Omit<Launch, 'program' | 'user' | 'temporaryFolders'> {
  /** Finds Apache; called again after each failed start. */
  readonly find: () => Promise<ApacheProgram | ApacheMissing>;
  /** The caller's effective user id; undefined if the system has none. If it is root, Apache runs as another user. */
  readonly uid: number | undefined;
  /** The folder for temporary files, such as os.tmpdir(). */
  readonly temporaryFolder: string;
  /** Called after each change of the state. */
  readonly changed?: () => void;
  /** Waits this many milliseconds before a restart. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** The Apache that serves all svn shares, kept running until it is stopped. */
export class ApacheChild {
  readonly #options: ApacheChildOptions;
  readonly #wait: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
  readonly #now: () => number;
  #state: ApacheState = { name: 'stopped' };
  #program: ApacheProgram | undefined;
  /** Whether it has answered since it was started. */
  hasRun = false;
  #files: ReadonlyMap<string, string> = new Map();
  #folder: string | undefined;
  #stopping = new AbortController();
  #starting: Promise<void> | undefined;
  #watching: Promise<void> = Promise.resolve();
  #ending: Promise<void> = Promise.resolve();

  constructor(options: ApacheChildOptions) {
    this.#options = options;
    this.#wait = options.wait ?? ((milliseconds, signal) => delay(milliseconds, undefined, { signal }));
    this.#now = options.now ?? (() => performance.now());
  }

  get state(): ApacheState {
    return this.#state;
  }

  #enter(state: ApacheState): void {
    this.#state = state;
    this.#options.changed?.();
  }

  /** Where it listens; undefined while it is not running. */
  address(): UpstreamAddress | undefined {
    return this.state.name === 'running' ? this.state.address : undefined;
  }

  /** Resolves when it answers; rejects with a Failure if the first start fails. It is then restarted until it runs. */
  start(): Promise<void> {
    if (this.#starting === undefined) {
      this.#stopping = new AbortController();
      this.hasRun = false;
      this.#enter({ name: 'starting' });
      this.#starting = this.#begin(this.#ending, this.#stopping.signal);
    }
    return this.#starting;
  }

  /**
   * Writes files, by name, into the runtime folder of this run and of all later ones; rejects if that fails while
   * Apache runs.
   */
  async publish(files: ReadonlyMap<string, string>): Promise<void> {
    this.#files = files;
    const folder = this.#folder;
    if (folder === undefined) return;
    try {
      await putFiles(folder, files);
    } catch (error) {
      // A run that has ended takes its folder with it; the next one gets the files when it starts.
      if (this.#folder === folder) throw toFailure(error);
    }
  }

  /** Resolves when none of its processes and files are left. May be called at any time and repeatedly. */
  stop(): Promise<void> {
    this.#stopping.abort();
    this.#ending = this.#end(this.#ending, this.#starting);
    this.#starting = undefined;
    return this.#ending;
  }

  async #begin(ending: Promise<void>, signal: AbortSignal): Promise<void> {
    await ending;
    try {
      const process = await this.#launch(signal);
      this.#watching = this.#keepRunning(process, signal);
    } catch (error) {
      this.#watching = this.#keepRunning(undefined, signal);
      throw toFailure(error);
    }
  }

  async #end(earlier: Promise<void>, starting: Promise<void> | undefined): Promise<void> {
    await earlier;
    await starting?.catch(() => undefined);
    await this.#watching;
    this.#enter({ name: 'stopped' });
  }

  async #launch(signal: AbortSignal): Promise<ApacheProcess> {
    this.#enter({ name: 'starting' });
    try {
      const process = await startApache(await this.#settings(), signal);
      await this.#handOver(process).catch(async (error: unknown) => {
        await process.stop();
        throw error;
      });
      this.hasRun = true;
      this.#enter({ name: 'running', address: process.address, pid: process.pid });
      return process;
    } catch (error) {
      if (signal.aborted) throw new Failure('unavailable', 'Apache was stopped.', { cause: error });
      this.#fail(toFailure(error).message, this.#program === undefined);
      this.#program = undefined;
      throw error;
    }
  }

  /** Files that change while they are being written are written again, so that no run has old ones. */
  async #handOver({ runtimeFolder: folder }: ApacheProcess): Promise<void> {
    let written: ReadonlyMap<string, string> | undefined;
    while (written !== this.#files) {
      written = this.#files;
      await putFiles(folder, written);
    }
    this.#folder = folder;
  }

  async #settings(): Promise<Launch> {
    const { temporaryFolder, find, changed: _, ...launch } = this.#options;
    const program = this.#program ?? (await find());
    if (!program.found) throw new Failure('unavailable', program.message);
    this.#program = program;
    const user = await this.#user();
    return { ...launch, program, user, temporaryFolders: [temporaryFolder, '/tmp', '/var/tmp'] };
  }

  async #user(): Promise<RuntimeUser | undefined> {
    if (this.#options.uid !== 0) return undefined;
    const owners = await Promise.all(this.#options.shares.map((share) => stat(folderOf(share))));
    return runtimeUser(owners, await readFile('/etc/passwd', 'utf8'));
  }

  /** @param first the current run; undefined if Apache did not start */
  async #keepRunning(first: ApacheProcess | undefined, signal: AbortSignal): Promise<void> {
    let [process, failures] = first === undefined ? await this.#restart(0, signal) : [first, 0];
    while (process !== undefined) {
      const started = this.#now();
      const reason = await endOf(process, signal);
      this.#folder = undefined;
      if (signal.aborted) return;
      this.#fail(reason);
      if (this.#now() - started >= healthyRun) failures = 0;
      [process, failures] = await this.#restart(failures, signal);
    }
  }

  /**
   * Tries until Apache runs or the signal is aborted; resolves with the number of attempts since the last healthy run.
   */
  async #restart(
    failures: number,
    signal: AbortSignal,
  ): Promise<[process: ApacheProcess | undefined, failures: number]> {
    let tries = failures;
    while (await this.#pause(this.#delayAfter(tries), signal)) {
      tries += 1;
      const process = await this.#launch(signal).catch(() => undefined);
      if (process !== undefined) return [process, tries];
    }
    return [undefined, tries];
  }

  #delayAfter(tries: number): number {
    const absent = this.state.name === 'failed' && this.state.absent;
    return absent ? absentDelay : Math.min(firstDelay * 2 ** tries, longestDelay);
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#wait(milliseconds, signal);
      return !signal.aborted;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  #fail(reason: string, absent = false): void {
    this.#enter({ name: 'failed', reason, absent });
    this.#options.log(reason);
  }
}
