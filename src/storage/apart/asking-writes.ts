import { Readable } from 'node:stream';
import type { DavStorage, TakePlace, Written } from '../storage.js';
import {
  takingAnswers,
  type Answer,
  type FromFolder,
  type Question,
  type Taking,
  type WriteParameters,
} from './messages.js';
import { plainFileStat, plainStat } from './plain-stat.js';

/** The pipes to the process that calls. */
export interface Caller {
  send(message: FromFolder): void;
  /** Waits for one of `takingAnswers`, and lets nothing else happen meanwhile. */
  takes(taking: Taking): number;
}

/** Writes whose bytes and conditions are asked for, one question of each at a time. */
export class AskingWrites {
  readonly #caller: Caller;
  readonly #waiting = new Map<number, (answer: Answer) => void>();

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  answered(id: number, answer: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.(answer);
  }

  /** @throws CallerFailed if the caller threw */
  write(storage: DavStorage, parameters: WriteParameters, id: number): Promise<Written> {
    const { path, length, modified, fresh, hasReady } = parameters;
    return storage.write(path, Readable.from(this.#chunks(id), { highWaterMark: 1 }), {
      ...(length === undefined ? {} : { length }),
      ...(modified === undefined ? {} : { modified }),
      fresh,
      ...(hasReady && { ready: () => this.#ready(id) }),
    });
  }

  async *#chunks(id: number): AsyncGenerator<Buffer> {
    for (;;) {
      const answer = await this.#ask(id, { asks: 'bytes' });
      if (answer.answers !== 'bytes' || !answer.bytes) return;
      yield answer.bytes;
    }
  }

  async #ready(id: number): Promise<TakePlace | undefined> {
    const answer = await this.#ask(id, { asks: 'ready' });
    if (answer.answers !== 'ready' || !answer.takes) return undefined;
    return (standing) => {
      const taken = this.#caller.takes({ id, standing: standing && plainStat(standing) });
      if (taken === takingAnswers.refused) throw new CallerFailed();
      if (taken === takingAnswers.taken) return undefined;
      return async (written) => {
        const plain = written && { stat: plainFileStat(written.stat), created: written.created };
        await this.#ask(id, { asks: 'over', written: plain });
      };
    };
  }

  async #ask(id: number, question: Question): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#caller.send({ kind: 'question', id, question });
    });
    if (answer.answers === 'failed') throw new CallerFailed();
    return answer;
  }
}

/** The caller threw; it knows the error. */
class CallerFailed extends Error {
  constructor() {
    super('The caller failed.');
  }
}
