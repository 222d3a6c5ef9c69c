import { Socket } from 'node:net';
import type { z } from 'zod';
import { Failure, isFailure, toFailure } from '../../../src/failure.js';
import { envelopeSchema, failureOf, toldFailure, type Envelope } from './envelope.js';

/** A question that one process asks another, and its answer. Both are validated where they arrive. */
export interface Exchange<Q, A> {
  /** At most 40 characters, unique in its direction. */
  readonly name: string;
  readonly question: z.ZodType<Q>;
  readonly answer: z.ZodType<A>;
}

/** Something that one process tells another, without an answer. */
export interface News<N> {
  readonly name: string;
  readonly content: z.ZodType<N>;
}

/** One end of the connection between the parent and a worker. */
export interface Port {
  send(message: Envelope, connection?: Socket): void;
  onMessage(listener: (message: unknown, connection?: unknown) => void): void;
  /** The other process has ended, or ends the connection. */
  onClose(listener: () => void): void;
}

/** Asked of a process that has ended. */
export class ChannelClosed extends Failure {
  constructor() {
    super('unavailable', 'A part of the server is starting again. Try again in a moment.', {
      headers: [['Retry-After', '1']],
    });
  }
}

interface Asked {
  readonly take: (content: unknown) => void;
  readonly refuse: (error: Failure) => void;
}

type Answerer = (content: unknown, signal: AbortSignal) => Promise<unknown>;

interface ChannelOptions {
  /** Is told what went wrong here, other than failures. */
  readonly fault: (error: unknown) => void;
  /** The most questions under way in each direction. Default: 20,000. */
  readonly most?: number;
}

/** Questions, answers and news between two processes of one davgate, in the order in which they were sent. */
export class Channel {
  readonly #port: Port;
  readonly #fault: (error: unknown) => void;
  readonly #most: number;
  readonly #asked = new Map<number, Asked>();
  readonly #answering = new Map<number, AbortController>();
  readonly #answerers = new Map<string, Answerer>();
  readonly #listeners = new Map<string, (content: unknown) => void>();
  /** Connections on their way, which this process has still open. */
  readonly #given = new Map<number, Socket>();
  readonly #takers = new Map<string, (connection: Socket) => void>();
  #lost: (connections: readonly Socket[]) => void = () => undefined;
  #number = 0;
  #closed = false;

  constructor(port: Port, { fault, most = 20_000 }: ChannelOptions) {
    this.#port = port;
    this.#fault = fault;
    this.#most = most;
    port.onMessage((message, connection) => {
      const envelope = envelopeSchema.safeParse(message);
      if (envelope.success) this.#receive(envelope.data, connection);
      else fault(envelope.error);
    });
    port.onClose(() => {
      this.#close();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * @param signal withdraws the question; its answer is then the signal's reason
   * @throws Failure as the other process says; ChannelClosed; `unavailable` if too many questions are under way
   */
  ask<Q, A>({ name, question: _, answer }: Exchange<Q, A>, content: Q, signal?: AbortSignal): Promise<A> {
    if (this.#closed) return Promise.reject(new ChannelClosed());
    if (this.#asked.size >= this.#most) return Promise.reject(tooMany());
    if (signal?.aborted === true) return Promise.reject(withdrawn());
    const number = (this.#number += 1);
    return new Promise((resolve, reject) => {
      const over = (): void => {
        this.#asked.delete(number);
        signal?.removeEventListener('abort', withdraw);
      };
      const withdraw = (): void => {
        over();
        this.#send({ is: 'withdrawal', number });
        reject(withdrawn());
      };
      this.#asked.set(number, {
        take: (answered) => {
          over();
          const parsed = answer.safeParse(answered);
          if (parsed.success) resolve(parsed.data);
          else reject(toFailure(parsed.error));
        },
        refuse: (failure) => {
          over();
          reject(failure);
        },
      });
      signal?.addEventListener('abort', withdraw, { once: true });
      this.#send({ is: 'question', number, name, content });
    });
  }

  /** Answers these questions from now on. The signal is aborted when nobody waits for the answer any more. */
  answer<Q, A>(
    { name, question }: Exchange<Q, A>,
    answerer: (question: Q, signal: AbortSignal) => Promise<A> | A,
  ): void {
    this.#answerers.set(name, async (content, signal) => answerer(question.parse(content), signal));
  }

  tell<N>({ name }: News<N>, content: N): void {
    if (!this.#closed) this.#send({ is: 'news', name, content });
  }

  /** Hears these news from now on. */
  hear<N>({ name, content: schema }: News<N>, listener: (news: N) => void): void {
    this.#listeners.set(name, (content) => {
      listener(schema.parse(content));
    });
  }

  /** Hands a connection over. It stays open here until it has arrived there. */
  give(name: string, connection: Socket): void {
    const number = (this.#number += 1);
    this.#given.set(number, connection);
    this.#port.send({ is: 'connection', number, name }, connection);
  }

  /** Takes the connections that are handed over by this name. */
  take(name: string, taker: (connection: Socket) => void): void {
    this.#takers.set(name, taker);
  }

  /** Gets the connections that had not arrived when the other process ended. */
  onLost(lost: (connections: readonly Socket[]) => void): void {
    this.#lost = lost;
  }

  #receive(envelope: Envelope, connection: unknown): void {
    switch (envelope.is) {
      case 'question':
        void this.#respond(envelope.number, envelope.name, envelope.content);
        return;
      case 'answer':
        this.#asked.get(envelope.number)?.take(envelope.content);
        return;
      case 'failure':
        this.#asked.get(envelope.number)?.refuse(failureOf(envelope.failure));
        return;
      case 'withdrawal':
        this.#answering.get(envelope.number)?.abort();
        return;
      case 'connection':
        this.#send({ is: 'arrival', number: envelope.number });
        // Its client may have gone on the way.
        if (connection instanceof Socket) this.#takers.get(envelope.name)?.(connection);
        return;
      case 'arrival':
        this.#given.get(envelope.number)?.destroy();
        this.#given.delete(envelope.number);
        return;
      case 'news':
        try {
          this.#listeners.get(envelope.name)?.(envelope.content);
        } catch (error) {
          this.#fault(error);
        }
    }
  }

  async #respond(number: number, name: string, content: unknown): Promise<void> {
    if (this.#answering.size >= this.#most) {
      this.#send({ is: 'failure', number, failure: toldFailure(tooMany()) });
      return;
    }
    const withdrawal = new AbortController();
    this.#answering.set(number, withdrawal);
    try {
      const answerer = this.#answerers.get(name);
      if (!answerer) throw new Error(`Nobody answers ${name}.`);
      this.#send({ is: 'answer', number, content: await answerer(content, withdrawal.signal) });
    } catch (error) {
      if (!isFailure(error)) this.#fault(error);
      this.#send({ is: 'failure', number, failure: toldFailure(toFailure(error)) });
    } finally {
      this.#answering.delete(number);
    }
  }

  #send(envelope: Envelope): void {
    if (this.#closed) return;
    this.#port.send(envelope);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { refuse } of [...this.#asked.values()]) refuse(new ChannelClosed());
    for (const withdrawal of [...this.#answering.values()]) withdrawal.abort();
    const lost = [...this.#given.values()];
    this.#given.clear();
    this.#lost(lost);
  }
}

function tooMany(): Failure {
  return new Failure('unavailable', 'The server has too much to do at the moment. Try again.', {
    headers: [['Retry-After', '1']],
  });
}

function withdrawn(): Failure {
  return new Failure('malformed', 'The client disconnected before this was done.');
}
