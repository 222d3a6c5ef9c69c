import { Worker } from 'node:worker_threads';
import type { DerivationAnswer, DerivationJob } from './derivation.js';

interface Waiting {
  readonly resolve: (derived: string) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that derives, one at a time. It holds the process only while it works. */
export class DerivationThread {
  readonly #worker: Worker;
  #waiting: Waiting | undefined;
  #ended = false;

  /** @param program what the thread runs: it answers each DerivationJob with a DerivationAnswer */
  constructor(program: URL) {
    // The process may have flags that mean nothing to a thread, or forbid one.
    this.#worker = new Worker(program, { name: 'derivation', execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (answer: DerivationAnswer) => {
      if ('fault' in answer) this.#refuse(new Error(answer.fault));
      else this.#fulfil(answer.derived);
    });
    this.#worker.on('messageerror', (error) => this.#refuse(error));
    this.#worker.on('error', (cause) => this.#end(new Error('The derivation thread failed.', { cause })));
    this.#worker.on('exit', (code) => this.#end(new Error(`The derivation thread ended with ${code}.`)));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Not to be called again before it has settled.
   * @throws Error when it cannot be derived, or the thread ends
   */
  derive(job: DerivationJob): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (this.#ended) {
        this.#refuse(new Error('The derivation thread has ended.'));
        return;
      }
      this.#worker.ref();
      this.#worker.postMessage(job);
    });
  }

  /** Ends the thread, at the latest after the derivation that runs. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #end(error: Error): void {
    this.#ended = true;
    this.#refuse(error);
  }

  #fulfil(derived: string): void {
    this.#settled()?.resolve(derived);
  }

  #refuse(error: Error): void {
    this.#settled()?.reject(error);
  }

  /** Who waited for the derivation that is now over, if anybody. */
  #settled(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    // A thread that is being ended is waited for.
    if (!this.#ended) this.#worker.unref();
    return waiting;
  }
}
