import type { Readable } from 'node:stream';
import { chunksOf } from '../../async/body-chunks.js';
import type { AfterWriting, ResourceStat, TakePlace, WriteOptions, Written } from '../storage.js';
import { takingAnswers, type Answer, type Question } from './messages.js';
import type { Asked, Pace } from './pending-call.js';

/** The part of a write that stays with the caller: the body, and the say in whether it takes its place. */
export class AskedWrite implements Asked {
  readonly #options: WriteOptions;
  readonly #chunks: AsyncGenerator<Buffer>;
  #received = 0;
  #take: TakePlace | undefined;
  #over: AfterWriting | undefined;
  #thrown: { readonly error: unknown } | undefined;

  constructor(body: Readable, options: WriteOptions) {
    this.#options = options;
    this.#chunks = chunksOf(body);
  }

  async answer(question: Question): Promise<{ readonly answer: Answer; readonly pace: Pace }> {
    try {
      return await this.#answer(question);
    } catch (error) {
      return { answer: this.#failed(error), pace: 'lengthy' };
    }
  }

  async #answer(question: Question): Promise<{ readonly answer: Answer; readonly pace: Pace }> {
    switch (question.asks) {
      case 'bytes': {
        const bytes = await this.#bytes();
        return { answer: { answers: 'bytes', bytes }, pace: bytes ? 'step' : 'lengthy' };
      }
      case 'ready':
        this.#take = await this.#options.ready?.();
        return { answer: { answers: 'ready', takes: this.#take !== undefined }, pace: 'lengthy' };
      case 'over':
        await this.#end(question.written);
        return { answer: { answers: 'over' }, pace: 'lengthy' };
    }
  }

  async #bytes(): Promise<Buffer | undefined> {
    const next = await this.#chunks.next();
    if (next.done === true) return undefined;
    this.#received += next.value.length;
    const { length, onBytes } = this.#options;
    // The storage refuses what is too long.
    if (length === undefined || this.#received <= length) onBytes?.(this.#received);
    return next.value;
  }

  takes(standing: ResourceStat | undefined): number {
    try {
      this.#over = this.#take?.(standing);
      return this.#over ? takingAnswers.awaited : takingAnswers.taken;
    } catch (error) {
      this.#failed(error);
      return takingAnswers.refused;
    }
  }

  async #end(written: Written | undefined): Promise<void> {
    const over = this.#over;
    this.#over = undefined;
    await over?.(written);
  }

  #failed(error: unknown): Answer {
    this.#thrown ??= { error };
    return { answers: 'failed' };
  }

  /** Call this when the write has failed. @returns what the caller itself threw, or otherwise `error` */
  async failedWith(error: unknown): Promise<unknown> {
    void this.#chunks.return(undefined);
    // The process is gone, perhaps between the two.
    await this.#end(undefined);
    return this.#thrown ? this.#thrown.error : error;
  }
}
