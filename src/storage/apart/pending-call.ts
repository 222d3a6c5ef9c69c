import type { Failure } from '../../failure.js';
import type { ResourceStat } from '../storage.js';
import type { Answer, Question, Reply } from './messages.js';
import { takingAnswers } from './messages.js';

/** An answer, and how long what follows may take while the disk answers: milliseconds beyond the limit of a step. */
export interface GivenAnswer {
  readonly answer: Answer;
  readonly patience: number;
}

/** Answers what the process asks during a call. */
export interface Asked {
  /** Never rejects. */
  answer(question: Question): Promise<GivenAnswer>;
  /** @returns one of `takingAnswers` */
  takes(standing: ResourceStat | undefined): number;
}

interface PendingCallOptions {
  /** Milliseconds beyond the limit of a step that it may take while the disk answers. */
  readonly patience: number;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  readonly asked: Asked | undefined;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (failure: Failure) => void;
}

/** A call that waits for its reply. */
export class PendingCall {
  readonly #options: PendingCallOptions;
  #patience: number;
  #began: number;
  /** Since when the disk is expected to answer; undefined while the process waits for the caller. */
  #since: number | undefined;

  constructor(options: PendingCallOptions) {
    this.#options = options;
    this.#patience = options.patience;
    this.#began = options.now();
    this.#since = this.#began;
  }

  succeed(reply: Reply): void {
    this.#options.resolve(reply);
  }

  fail(failure: Failure): void {
    this.#options.reject(failure);
  }

  /** Its time begins now. */
  restart(): void {
    this.#began = this.#options.now();
    if (this.#since !== undefined) this.#since = this.#began;
  }

  /** Lengthy work may go on. */
  diskAnswers(): void {
    if (this.#patience > 0 && this.#since !== undefined) this.#since = this.#options.now();
  }

  /** @param limit milliseconds for a step */
  isOverdue(limit: number): boolean {
    if (this.#since === undefined) return false;
    const now = this.#options.now();
    return now - this.#since > limit || now - this.#began > limit + this.#patience;
  }

  takes(standing: ResourceStat | undefined): number {
    return this.#options.asked?.takes(standing) ?? takingAnswers.refused;
  }

  async answer(question: Question): Promise<Answer> {
    this.#since = undefined;
    const given = await this.#options.asked?.answer(question);
    this.#patience = given?.patience ?? this.#patience;
    this.#began = this.#options.now();
    this.#since = this.#began;
    return given?.answer ?? { answers: 'failed' };
  }
}
