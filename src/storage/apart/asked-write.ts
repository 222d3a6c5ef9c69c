import type { Readable } from 'node:stream';
import { chunksOf } from '../../async/body-chunks.js';
import type { AfterWriting, ResourceStat, TakePlace, WriteOptions, Written } from '../storage.js';
import { takingAnswers, type Answer, type Question } from './messages.js';
import type { Asked, GivenAnswer } from './pending-call.js';

/** The least that a disk may store while it counts as working: 2 MB/s. */
const slowestBytesPerMillisecond = 2000;

/** The part of a write that stays with the caller: the body, and the say in whether it takes its place. */
export class AskedWrite implements Asked {
  readonly #options: WriteOptions;
  readonly #chunks: AsyncGenerator<Buffer>;
  #received = 0;
  #take: TakePlace | undefined;
  /** Of each time that the place was taken, the latest last: it may have to be taken once more. */
  readonly #overs: AfterWriting[] = [];
  #thrown: { readonly error: unknown } | undefined;

  constructor(body: Readable, options: WriteOptions) {
    this.#options = options;
    this.#chunks = chunksOf(body);
  }

  async answer(question: Question): Promise<GivenAnswer> {
    try {
      return await this.#answer(question);
    } catch (error) {
      return this.#with(this.#failed(error));
    }
  }

  async #answer(question: Question): Promise<GivenAnswer> {
    switch (question.asks) {
      case 'bytes': {
        const bytes = await this.#bytes();
        const answer = { answers: 'bytes', bytes } as const;
        return bytes ? { answer, patience: 0 } : this.#with(answer);
      }
      case 'ready':
        this.#take = await this.#options.ready?.();
        return this.#with({ answers: 'ready', takes: this.#take !== undefined });
      case 'over':
        await this.#end(question.written);
        return this.#with({ answers: 'over' });
    }
  }

  /** What follows may move all bytes to the disk. */
  #with(answer: Answer): GivenAnswer {
    return { answer, patience: this.#received / slowestBytesPerMillisecond };
  }

  async #bytes(): Promise<Buffer | undefined> {
    const next = await this.#chunks.next();
    if (next.done === true) return undefined;
    this.#received += next.value.length;
    const { length, onBytes } = this.#options;
    // The storage refuses what is too long.
    if (length === undefined || this.#received <= length) await onBytes?.(this.#received);
    return next.value;
  }

  takes(standing: ResourceStat | undefined): number {
    try {
      const over = this.#take?.(standing);
      if (over) this.#overs.push(over);
      return over ? takingAnswers.awaited : takingAnswers.taken;
    } catch (error) {
      this.#failed(error);
      return takingAnswers.refused;
    }
  }

  async #end(written: Written | undefined): Promise<void> {
    await this.#overs.pop()?.(written);
  }

  #failed(error: unknown): Answer {
    this.#thrown ??= { error };
    return { answers: 'failed' };
  }

  /** Call this when the write has failed. @returns what the caller itself threw, or otherwise `error` */
  async failedWith(error: unknown): Promise<unknown> {
    void this.#chunks.return(undefined);
    // The process is gone, perhaps between the two.
    while (this.#overs.length > 0) await this.#end(undefined);
    return this.#thrown ? this.#thrown.error : error;
  }
}
