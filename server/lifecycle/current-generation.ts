import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Generation } from './generation.js';
import type { Log } from '../observability/log.js';

/** The generation that answers new requests, and earlier ones that still have requests to finish. */
export class CurrentGeneration {
  readonly #log: Log;
  readonly #retiring = new Map<Generation, Promise<void>>();
  #current: Generation;

  constructor(first: Generation, log: Log) {
    this.#current = first;
    this.#log = log;
  }

  get current(): Generation {
    return this.#current;
  }

  handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    return this.#current.handle(req, res);
  }

  /** Makes `next` answer new requests. The previous generation finishes its requests, however long they take. */
  replace(next: Generation): void {
    const old = this.#current;
    this.#current = next;
    this.#retiring.set(old, this.#retire(old));
  }

  /** Closes all generations at once. */
  async close(): Promise<void> {
    const all = [...this.#retiring.keys(), this.#current];
    await Promise.all(all.map((generation) => generation.close()));
    await Promise.allSettled(this.#retiring.values());
  }

  async #retire(old: Generation): Promise<void> {
    const { running } = old;
    try {
      await old.retire();
      if (running > 0) this.#log.info({ requests: running }, 'last requests from before the reload finished');
    } catch (err) {
      this.#log.error({ err }, 'resources from before the reload could not be closed');
    } finally {
      this.#retiring.delete(old);
    }
  }
}
