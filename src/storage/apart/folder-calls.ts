import { Failure } from '../../failure.js';
import { Attempts } from './attempts.js';
import { FolderProcess, type FolderProgram } from './folder-process.js';
import type {
  Answer,
  FromFolder,
  OperationName,
  Operations,
  Question,
  Reply,
  ServedFolder,
  Taking,
  ToFolder,
} from './messages.js';
import { takingAnswers } from './messages.js';
import { hanging, retryLater } from './not-now.js';
import { PendingCall, type Asked } from './pending-call.js';
import { receivedFailure } from './sent-failure.js';

export interface FolderCallsOptions {
  readonly served: ServedFolder;
  readonly program: FolderProgram;
  /** Told when the folder is not served any more, and when it is again. */
  readonly onChange?: (fault: Failure | undefined) => void;
  /** A monotonic clock, in milliseconds. */
  readonly now?: () => number;
}

/** The most calls to hold while the disk says nothing. */
const mostHeld = 64;

/** The part of the limit after which a disk with that many calls waiting counts as silent. */
const silentPart = 0.5;

/** Milliseconds for the process to start, whatever its disk does. */
const startLimit = 30_000;

/** Milliseconds to wait for a process to tidy up at the end. */
const closeLimit = 2000;

/**
 * Calls to a folder by a process of its own. While that says nothing within the limit, calls fail with `unavailable`
 * and Retry-After; from time to time another process tries whether the folder can be served again.
 */
export class FolderCalls {
  readonly #options: FolderCallsOptions;
  readonly #now: () => number;
  readonly #attempts: Attempts;
  readonly #pending = new Map<number, PendingCall>();
  #state: 'starting' | 'serving' | 'failing' | 'closed' = 'starting';
  #fault: Failure | undefined;
  #process: FolderProcess | undefined;
  /** Until when the process must be running or serving, on the clock `now`. */
  #due = 0;
  /** When the process last said something or had nothing to say. */
  #heard = 0;
  #numbers = 0;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: FolderCallsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#attempts = new Attempts(() => {
      this.#start();
    }, this.#now);
    this.#start();
  }

  /** A number for something to open; none is given twice. */
  handle(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  /**
   * @param patience milliseconds beyond the limit that it may take while the disk answers. Default: 0
   * @throws Failure those of the storage; `unavailable` with Retry-After while the disk hangs
   */
  call<N extends OperationName>(
    name: N,
    of: Operations[N]['of'],
    patience = 0,
    asked?: Asked,
  ): Promise<Operations[N]['gives']> {
    if (this.#fault) return Promise.reject(this.#fault);
    if (this.#pending.size === 0) this.#heard = this.#now();
    if (this.#pending.size >= mostHeld && this.#isSilent(this.#options.served.limit * silentPart)) {
      return Promise.reject(hanging(this.#options.served));
    }
    return new Promise((resolve, reject) => {
      const id = this.handle();
      const pending = new PendingCall({
        patience,
        now: this.#now,
        asked,
        reject,
        resolve: (reply) => {
          if (isReplyTo(name, reply)) resolve(reply.gives);
          else reject(new Failure('internal', 'The storage gave another answer than the one asked for.'));
        },
      });
      this.#pending.set(id, pending);
      this.#send({ kind: 'call', id, name, of });
      this.#watchOver();
    });
  }

  /** Ends the process; what is under way fails. Takes two seconds at most. */
  async close(): Promise<void> {
    const { limit } = this.#options.served;
    if (this.#state === 'serving') {
      const enough = new Promise<void>((resolve) => {
        setTimeout(resolve, Math.min(limit, closeLimit)).unref();
      });
      await Promise.race([this.call('close', undefined).catch(() => undefined), enough]);
    }
    this.#state = 'closed';
    this.#fault = new Failure('unavailable', 'The server is closing this share.');
    this.#attempts.stop();
    clearInterval(this.#watch);
    this.#leave(this.#fault);
  }

  #start(): void {
    const started: FolderProcess = new FolderProcess(this.#options.program, {
      heard: (message) => {
        if (started === this.#process) this.#receive(message);
      },
      takes: ({ id, standing }: Taking) =>
        (started === this.#process ? this.#pending.get(id)?.takes(standing) : undefined) ??
        takingAnswers.refused,
      ended: () => {
        if (started === this.#process) this.#fail(hanging(this.#options.served, 'Its process has ended.'));
      },
    });
    this.#process = started;
    this.#due = this.#now() + startLimit;
    this.#send({ kind: 'serve', served: this.#options.served });
    this.#watchOver();
  }

  #send(message: ToFolder): void {
    this.#process?.send(message);
  }

  #receive(message: FromFolder): void {
    this.#heard = this.#now();
    switch (message.kind) {
      case 'running':
        this.#due = this.#now() + this.#options.served.limit;
        return;
      case 'serving':
        this.#serve();
        return;
      case 'closed':
        this.#fail(retryLater(this.#options.served, receivedFailure(message.failure)));
        return;
      case 'alive':
        for (const pending of this.#pending.values()) pending.diskAnswers();
        return;
      case 'reply':
        this.#settled(message.id)?.succeed(message);
        return;
      case 'failed':
        this.#settled(message.id)?.fail(receivedFailure(message.failure));
        return;
      case 'question':
        this.#ask(message.id, message.question);
    }
  }

  #serve(): void {
    this.#state = 'serving';
    this.#attempts.succeeded();
    for (const pending of this.#pending.values()) pending.restart();
    this.#watchOver();
    if (!this.#fault) return;
    this.#fault = undefined;
    this.#options.onChange?.(undefined);
  }

  #settled(id: number): PendingCall | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #ask(id: number, question: Question): void {
    const pending = this.#pending.get(id);
    void pending?.answer(question).then((answer: Answer) => {
      // The process that asked may be gone, and its calls with it.
      if (this.#pending.get(id) === pending) this.#send({ kind: 'answer', id, answer });
    });
  }

  #watchOver(): void {
    this.#watch ??= setInterval(
      () => {
        // If this process was busy, what the other has said meanwhile is read first.
        setImmediate(() => {
          this.#look();
        });
      },
      Math.max(10, Math.min(500, this.#options.served.limit / 10)),
    );
  }

  #look(): void {
    const { limit } = this.#options.served;
    const hangs =
      this.#state === 'serving'
        ? this.#isSilent(limit) || Array.from(this.#pending.values()).some((each) => each.isOverdue(limit))
        : this.#process !== undefined && this.#now() > this.#due;
    if (hangs) this.#fail(hanging(this.#options.served));
    const isWatched = this.#state === 'serving' ? this.#pending.size > 0 : this.#process !== undefined;
    if (isWatched) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  /** While it has anything to do, the process tells all the time that its disk answers. */
  #isSilent(milliseconds: number): boolean {
    return this.#pending.size > 0 && this.#now() - this.#heard > milliseconds;
  }

  #fail(fault: Failure): void {
    const isNew = this.#fault === undefined;
    this.#state = 'failing';
    this.#fault = fault;
    this.#leave(fault);
    if (isNew) this.#options.onChange?.(fault);
    this.#attempts.later();
  }

  /** Gives the process up, with all that it was asked. */
  #leave(fault: Failure): void {
    const left = this.#process;
    this.#process = undefined;
    const pending = Array.from(this.#pending.values());
    this.#pending.clear();
    if (left) this.#attempts.leave(left);
    for (const call of pending) call.fail(fault);
  }
}

function isReplyTo<N extends OperationName>(name: N, reply: Reply): reply is Reply<N> & Reply {
  return reply.name === name;
}
