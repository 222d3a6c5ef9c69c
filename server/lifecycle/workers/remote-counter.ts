import type { FailureCount, FailureCounter } from '../../../src/credentials/failure-counter.js';
import type { Channel } from './channel.js';
import { addFailure, clearFailures, readFailures, takeBackFailure } from './exchanges.js';

/** Counts of failed logins in the parent, for all its workers. */
export class RemoteFailureCounter implements FailureCounter {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  async read(key: string): Promise<FailureCount | undefined> {
    return (await this.#channel.ask(readFailures, { key })) ?? undefined;
  }

  add(key: string, seconds: number): Promise<FailureCount> {
    return this.#channel.ask(addFailure, { key, seconds });
  }

  async takeBack(key: string): Promise<void> {
    await this.#channel.ask(takeBackFailure, { key });
  }

  async clear(key: string): Promise<void> {
    await this.#channel.ask(clearFailures, { key });
  }
}

/** Answers a worker's {@link RemoteFailureCounter}. */
export function answerCounter(channel: Channel, counter: FailureCounter): void {
  channel.answer(readFailures, async ({ key }) => (await counter.read(key)) ?? null);
  channel.answer(addFailure, ({ key, seconds }) => counter.add(key, seconds));
  channel.answer(takeBackFailure, async ({ key }) => {
    await counter.takeBack(key);
    return null;
  });
  channel.answer(clearFailures, async ({ key }) => {
    await counter.clear(key);
    return null;
  });
}
