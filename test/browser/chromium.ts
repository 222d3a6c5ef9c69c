import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, Readable, Writable } from 'node:stream';

/** What Chromium says: the answer to a command, or an event. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

type Parameters = Readonly<Record<string, unknown>>;

/** A login that Chromium keeps, as it does what a person types into its prompt. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/**
 * A tab of the real Chromium, without a window, led by its DevTools protocol over a pipe.
 * @see https://chromedevtools.github.io/devtools-protocol/
 */
export class Chromium {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #commands: Writable;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #events = new Set<(message: Message) => void>();
  #session: string | undefined;
  #last = 0;

  private constructor(process: ChildProcess, folder: string, commands: Writable, messages: Readable) {
    this.#process = process;
    this.#folder = folder;
    this.#commands = commands;
    let rest = '';
    messages.setEncoding('utf8').on('data', (chunk: string) => {
      const texts = (rest + chunk).split('\0');
      rest = texts.pop() ?? '';
      for (const text of texts) this.#take(messageIn(text));
    });
  }

  /** Starts one with a profile of its own. */
  static async start(login: Login): Promise<Chromium> {
    const folder = await mkdtemp(join(tmpdir(), 'davgate-chromium-'));
    const child = spawn(
      'chromium',
      [
        ...['--headless=new', '--remote-debugging-pipe', `--user-data-dir=${folder}`, '--disable-gpu'],
        ...[
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
        // Root has no sandbox of the operating system's, and containers seldom let others make one.
        ...['--no-sandbox', '--disable-dev-shm-usage', 'about:blank'],
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: folder } },
    );
    const [, , , commands, messages] = child.stdio;
    if (!(commands instanceof Duplex) || !(messages instanceof Duplex))
      throw new Error('There are no pipes.');
    commands.on('error', () => undefined);
    const chromium = new Chromium(child, folder, commands, messages);
    try {
      await chromium.#openTab(login);
    } catch (error) {
      await chromium.end();
      throw error;
    }
    return chromium;
  }

  async #openTab({ username, password }: Login): Promise<void> {
    const { targetId } = await this.#send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.#send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = String(sessionId);
    this.#events.add(({ method, params }) => {
      const requestId = params?.requestId;
      if (method === 'Fetch.requestPaused') void this.#send('Fetch.continueRequest', { requestId });
      if (method !== 'Fetch.authRequired') return;
      const authChallengeResponse = { response: 'ProvideCredentials', username, password };
      void this.#send('Fetch.continueWithAuth', { requestId, authChallengeResponse });
    });
    await this.#send('Page.enable');
    await this.#send('Fetch.enable', { handleAuthRequests: true });
  }

  /**
   * Opens whatever is there, and waits until it has loaded with all that it asked for meanwhile; not where Chromium makes
   * it a download.
   */
  async open(url: string): Promise<void> {
    const loaded = this.#event('Page.loadEventFired');
    const { errorText } = await this.#send('Page.navigate', { url });
    if (errorText === undefined) await loaded;
    else if (errorText !== 'net::ERR_ABORTED') throw new Error(`${url}: ${JSON.stringify(errorText)}`);
  }

  /** Runs a script in the page that is open. @returns what its promise resolves with */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#send('Runtime.evaluate', { expression, awaitPromise: true });
    return typeof result === 'object' && result !== null && 'value' in result ? result.value : undefined;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      void this.#send('Browser.close', {}, false);
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  #event(name: string): Promise<void> {
    return new Promise((resolve) => {
      const watch = ({ method }: Message): void => {
        if (method !== name) return;
        this.#events.delete(watch);
        resolve();
      };
      this.#events.add(watch);
    });
  }

  #send(method: string, params: Parameters = {}, inTab = true): Promise<Parameters> {
    this.#last += 1;
    const id = this.#last;
    const session = inTab && this.#session !== undefined ? { sessionId: this.#session } : {};
    return new Promise((resolve, reject) => {
      this.#process.once('exit', () => {
        reject(new Error(`Chromium ended at ${method}.`));
      });
      this.#waiting.set(id, ({ result = {}, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
      this.#commands.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
  }

  #take(message: Message): void {
    if (message.id === undefined) for (const event of this.#events) event(message);
    else this.#waiting.get(message.id)?.(message);
  }
}

function messageIn(text: string): Message {
  const message: unknown = JSON.parse(text);
  if (typeof message !== 'object' || message === null) throw new TypeError(`Chromium says ${text}`);
  return message;
}
