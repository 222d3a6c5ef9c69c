import { Failure } from '../../failure.js';
import type { Derivation, Deriver } from './derivation.js';
import { DerivationThread } from './derivation-thread.js';

interface DerivationPoolOptions {
  /** The most derivations at once: at most one for each core, as `os.availableParallelism()`. */
  readonly size: number;
  /** The most that wait for their turn; more are refused. Default 256. */
  readonly waiting?: number;
  /** What the threads run, for tests. */
  readonly program?: URL;
}

interface Turn {
  readonly resolve: (thread: DerivationThread) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Derives in threads of its own, so that neither requests nor file I/O (which has libuv's threads) wait for it. A
 * thread is started when it is first needed, and replaced when it ends by itself.
 */
export class DerivationPool implements Deriver {
  readonly #size: number;
  readonly #mostWaiting: number;
  readonly #program: URL;
  readonly #threads = new Set<DerivationThread>();
  readonly #idle: DerivationThread[] = [];
  readonly #queue: Turn[] = [];
  #running = 0;
  #closed = false;

  constructor({ size, waiting = 256, program }: DerivationPoolOptions) {
    this.#size = size;
    this.#mostWaiting = waiting;
    this.#program = program ?? new URL('./derivation-worker.js', import.meta.url);
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get threads(): number {
    return this.#threads.size;
  }

  async derive(derivation: Derivation, password: string): Promise<string> {
    const thread = await this.#take();
    try {
      return await thread.derive({ derivation, password });
    } catch (cause) {
      throw this.#closed ? closed() : notNow(cause);
    } finally {
      this.#giveBack(thread);
    }
  }

  /** Ends all threads; what runs or waits is rejected, as is what is asked for later. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const turn of this.#queue.splice(0)) turn.reject(closed());
    await Promise.all(Array.from(this.#threads, (thread) => thread.close()));
    this.#threads.clear();
  }

  /** A thread that does nothing, once it is this one's turn. */
  async #take(): Promise<DerivationThread> {
    if (this.#closed) throw closed();
    if (this.#running < this.#size) return this.#occupy();
    if (this.#queue.length >= this.#mostWaiting) {
      throw unavailable('Too many people are signing in just now.');
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ resolve, reject });
    });
  }

  #giveBack(thread: DerivationThread): void {
    this.#running -= 1;
    if (thread.ended) this.#threads.delete(thread);
    else this.#idle.push(thread);
    while (!this.#closed && this.#running < this.#size) {
      const turn = this.#queue.shift();
      if (!turn) return;
      try {
        turn.resolve(this.#occupy());
      } catch (error) {
        turn.reject(error);
      }
    }
  }

  #occupy(): DerivationThread {
    const thread = this.#idleThread() ?? this.#start();
    this.#running += 1;
    return thread;
  }

  #idleThread(): DerivationThread | undefined {
    for (let thread = this.#idle.pop(); thread; thread = this.#idle.pop()) {
      if (!thread.ended) return thread;
      this.#threads.delete(thread);
    }
    return undefined;
  }

  #start(): DerivationThread {
    try {
      const thread = new DerivationThread(this.#program);
      this.#threads.add(thread);
      return thread;
    } catch (cause) {
      throw notNow(cause);
    }
  }
}

function closed(): Failure {
  return unavailable('The server is shutting down.');
}

function notNow(cause: unknown): Failure {
  return unavailable('A password cannot be checked just now.', cause);
}

function unavailable(message: string, cause?: unknown): Failure {
  return new Failure('unavailable', message, { cause, headers: [['Retry-After', '1']] });
}
