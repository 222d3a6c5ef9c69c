import type { Failure } from '../../failure.js';
import type { ResourceStat } from '../storage.js';
import type { Answer, Question, Reply } from './messages.js';
import { takingAnswers } from './messages.js';

export type Pace = 'step' | 'lengthy';

/** Answers what the process asks during a call. */
export interface Asked {
  /** Never rejects. @returns the answer, and whether what follows may be lengthy */
  answer(question: Question): Promise<{ readonly answer: Answer; readonly pace: Pace }>;
  /** @returns one of `takingAnswers` */
  takes(standing: ResourceStat | undefined): number;
}

interface PendingCallOptions {
  readonly pace: Pace;
  /** Milliseconds. */
  readonly now: () => number;
  readonly asked: Asked | undefined;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (failure: Failure) => void;
}

/** How much longer than a step a call may take while the disk answers. */
const lengthyFactor = 360;

/** A call that waits for its reply. */
export class PendingCall {
  readonly #options: PendingCallOptions;
  readonly #began: number;
  #pace: Pace;
  /** Since when the process is expected to answer; undefined while it waits for the caller. */
  #since: number | undefined;

  constructor(options: PendingCallOptions) {
    this.#options = options;
    this.#pace = options.pace;
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
    if (this.#since !== undefined) this.#since = this.#options.now();
  }

  /** Lengthy work may go on. */
  diskAnswers(): void {
    if (this.#pace === 'lengthy') this.restart();
  }

  /** @param limit milliseconds for a step */
  isOverdue(limit: number): boolean {
    if (this.#since === undefined) return false;
    const now = this.#options.now();
    return now - this.#since > limit || (this.#pace === 'lengthy' && now - this.#began > limit * lengthyFactor);
  }

  takes(standing: ResourceStat | undefined): number {
    return this.#options.asked?.takes(standing) ?? takingAnswers.refused;
  }

  async answer(question: Question): Promise<Answer> {
    this.#since = undefined;
    const given = await this.#options.asked?.answer(question);
    this.#since = this.#options.now();
    this.#pace = given?.pace ?? this.#pace;
    return given?.answer ?? { answers: 'failed' };
  }
}
