import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Composition } from './compose.js';
import { createApp } from './app.js';

/** A composition that answers requests. Once it is retired it gets no more, and is closed when the last is over. */
export class Generation {
  readonly composition: Composition;
  readonly #handler: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  readonly #drained: Promise<void>;
  #isDrained = (): void => undefined;
  #running = 0;
  #retired = false;
  #closed: Promise<void> | undefined;

  constructor(composition: Composition) {
    this.composition = composition;
    this.#handler = createApp(composition.parts).callback();
    this.#drained = new Promise((resolve) => {
      this.#isDrained = resolve;
    });
  }

  /** Requests that are not over. */
  get running(): number {
    return this.#running;
  }

  /** Resolves when the answer is over and nothing of the request is going on. */
  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.#running += 1;
    const over = new Promise<void>((resolve) => {
      res.once('close', resolve);
    });
    try {
      await Promise.all([over, this.#handler(req, res)]);
    } finally {
      this.#running -= 1;
      if (this.#retired && this.#running === 0) this.#isDrained();
    }
  }

  /** Resolves when the last request is over and everything is closed. */
  async retire(): Promise<void> {
    this.#retired = true;
    if (this.#running > 0) await this.#drained;
    await this.close();
  }

  /** Closes everything at once. */
  close(): Promise<void> {
    return (this.#closed ??= this.composition.close());
  }
}
