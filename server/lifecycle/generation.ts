import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Asked } from '../../src/http/guard/asked.js';
import type { Judged } from '../pipeline/guard-verdict.js';
import { Failure } from '../../src/failure.js';
import type { Composition } from './compose.js';
import { createApp, handlerOf } from '../pipeline/app.js';

/** A composition that answers requests. Once retired, it gets no new requests and closes after the last one. */
export class Generation {
  readonly composition: Composition;
  readonly #handler: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  readonly #drained: Promise<void>;
  #isDrained = (): void => undefined;
  #running = 0;
  #retired = false;
  #closed: Promise<void> | undefined;

  /** @param app answers the requests; benchmarks pass one of their own */
  constructor(composition: Composition, app = createApp(composition.parts)) {
    this.composition = composition;
    this.#handler = handlerOf(app);
    this.#drained = new Promise((resolve) => {
      this.#isDrained = resolve;
    });
  }

  /** The number of unfinished requests. */
  get running(): number {
    return this.#running;
  }

  /** Resolves when the app has handled the request, which is finished only when the response has ended too. */
  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.#running += 1;
    let parts = 2;
    const end = (): void => {
      parts -= 1;
      if (parts === 0) this.#over();
    };
    res.once('close', end);
    try {
      await this.#handler(req, res);
    } finally {
      end();
    }
  }

  /** Answers another server. @throws Failure `unavailable` if no guard is declared any more */
  async judge(asked: Asked): Promise<Judged> {
    const { guard } = this.composition;
    if (!guard) throw new Failure('unavailable', 'No guard is declared.');
    this.#running += 1;
    try {
      return await guard.judge(asked);
    } finally {
      this.#over();
    }
  }

  #over(): void {
    this.#running -= 1;
    if (this.#retired && this.#running === 0) this.#isDrained();
  }

  /** Resolves when the last request has finished and everything is closed. */
  async retire(): Promise<void> {
    this.#retired = true;
    this.composition.retire();
    if (this.#running > 0) await this.#drained;
    await this.close();
  }

  /** Closes everything at once. */
  close(): Promise<void> {
    return (this.#closed ??= this.composition.close());
  }
}
