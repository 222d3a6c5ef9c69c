import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { busy, Failure, isFailure } from '../../failure.js';
import type { HeaderList } from '../../http/message.js';
import { AnswerBody } from './answer-body.js';
import { type BodyDecoder, bodyDecoder } from './body-decoder.js';
import type { UpstreamHead } from '../proxy-request.js';
import { parseResponseHead, ProtocolError, type ResponseHead } from './response-head.js';
import { openSocket } from './open-socket.js';
import { type Sending, type SentWhole, sendRequest } from './send-request.js';
import type { Held, Slot } from '../slots.js';
import type { UpstreamAddress } from '../upstream-address.js';
import type { WhenGone } from '../../async/when-gone.js';

/** The largest header section taken from Apache, in bytes. */
const maximumHead = 256 * 1024;

/**
 * Milliseconds for which a client may leave its upload or its answer as it is while others wait for a slot. svn itself
 * pauses in an answer while it writes to a slow disk, and seldom in an upload.
 */
const patienceWith = { upload: 30_000, answer: 90_000 };

export interface Outgoing {
  readonly method: string;
  readonly head: UpstreamHead;
  /** Read only where the head announces a body. */
  readonly body: Readable | SentWhole;
  /** Given back when the exchange has ended after its answer has begun. */
  readonly slot: Slot;
  /** Milliseconds without a byte in either direction. */
  readonly patience: number;
  readonly whenGone: WhenGone;
}

export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  /** In one piece where it came with the head; undefined where an answer of this kind has none. */
  readonly body: Buffer | Readable | undefined;
  /** The fields after the body, known once that has ended. */
  readonly trailers: () => HeaderList;
}

/** Apache closed a kept connection just as it was used again, before it answered. */
export class StaleConnection extends Error {}

export interface ConnectionOwner {
  /** The exchange is over, and another may follow. */
  free(connection: UpstreamConnection): void;
  closed(connection: UpstreamConnection): void;
}

interface Exchange {
  readonly outgoing: Outgoing;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  /** Bytes of the head that have arrived. */
  received: Buffer | undefined;
  head?: ResponseHead;
  decoder?: BodyDecoder;
  body?: AnswerBody;
  sending?: Sending;
  forget: () => void;
}

/** A connection to Apache, with one exchange on it at a time. */
export class UpstreamConnection {
  readonly address: UpstreamAddress;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  #exchange: Exchange | undefined;
  #used = false;
  #error: Error | undefined;

  constructor(address: UpstreamAddress, owner: ConnectionOwner) {
    this.address = address;
    this.#owner = owner;
    this.#socket = openSocket(address);
    this.#socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#socket.on('end', () => this.#takeEnd());
    this.#socket.on('timeout', () =>
      this.#fail(new Failure('upstream-timeout', 'The Subversion server did not answer in time.')),
    );
    this.#socket.on('error', (error) => {
      this.#error ??= error;
    });
    this.#socket.on('close', () => {
      this.#fail(this.#error);
      owner.closed(this);
    });
  }

  /** Whether it can be used, as far as can be told here. */
  get isOpen(): boolean {
    return this.#socket.writable && this.#socket.readable;
  }

  /**
   * Sends a request and resolves with the answer as soon as its head is there; the body follows. A body that is a stream
   * is destroyed with an error when the connection breaks, and destroying it closes the connection.
   * @throws Failure `upstream-unreachable` or `upstream-timeout`, StaleConnection, or the reason why the client is gone
   */
  exchange(outgoing: Outgoing): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const exchange: Exchange = {
        outgoing,
        resolve,
        reject,
        received: undefined,
        forget: () => undefined,
      };
      this.#exchange = exchange;
      // Ends an idle connection, too, where its owner has not done so before.
      if (this.#socket.timeout !== outgoing.patience) this.#socket.setTimeout(outgoing.patience);
      exchange.forget = outgoing.whenGone((reason) => this.#fail(reason));
      if (this.#exchange !== exchange) return;
      const { method, head, body } = outgoing;
      outgoing.slot.holdFor(this.#heldBy(exchange));
      try {
        exchange.sending = sendRequest(this.#socket, method, head, body, (failure) => this.#fail(failure));
      } catch (error) {
        this.#fail(error instanceof Error ? error : undefined);
      }
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #heldBy(exchange: Exchange): Held {
    return {
      patience: exchange.body ? patienceWith.answer : patienceWith.upload,
      moved: () => exchange.body?.moved() ?? exchange.sending?.moved(),
      end: () => {
        if (this.#exchange !== exchange) return;
        this.#fail(busy('The request was given up: nothing moved, and others waited.', 60));
      },
    };
  }

  #receive(bytes: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      // Apache answers nothing that it was not asked.
      this.#socket.destroy();
      return;
    }
    try {
      if (exchange.decoder === undefined) this.#receiveHead(exchange, bytes);
      else this.#deliver(exchange, exchange.decoder, bytes);
    } catch (error) {
      this.#fail(error instanceof Error ? error : undefined);
    }
  }

  #receiveHead(exchange: Exchange, bytes: Buffer): void {
    let received = exchange.received ? Buffer.concat([exchange.received, bytes]) : bytes;
    for (;;) {
      const end = received.indexOf('\r\n\r\n');
      if (end > maximumHead || (end === -1 && received.length > maximumHead)) {
        throw new ProtocolError('The header section of the answer is too long.');
      }
      exchange.received = received;
      if (end === -1) return;
      const head = parseResponseHead(received.toString('latin1', 0, end), exchange.outgoing.method);
      received = received.subarray(end + 4);
      if (head.status >= 200) {
        exchange.head = head;
        exchange.decoder = bodyDecoder(head.framing);
        this.#begin(exchange, head, exchange.decoder, received);
        return;
      }
      exchange.received = undefined;
    }
  }

  /** The head is there: whoever asked gets it, with the body where that has come along. */
  #begin(
    exchange: Exchange,
    { status, headers, framing }: ResponseHead,
    decoder: BodyDecoder,
    rest: Buffer,
  ): void {
    const content = rest.length > 0 ? decoder.decode(rest) : rest;
    const trailers = (): HeaderList => decoder.trailers;
    if (decoder.ended) {
      const body = framing.kind === 'none' ? undefined : content;
      this.#finish(exchange);
      exchange.resolve({ status, headers, body, trailers });
      return;
    }
    const body = new AnswerBody(
      () => {
        if (this.#exchange === exchange) this.#socket.resume();
      },
      () => {
        if (this.#exchange === exchange) this.#socket.destroy();
      },
    );
    exchange.body = body;
    exchange.outgoing.slot.holdFor(this.#heldBy(exchange));
    if (content.length > 0) body.give(content);
    exchange.resolve({ status, headers, body, trailers });
  }

  #deliver(exchange: Exchange, decoder: BodyDecoder, bytes: Buffer): void {
    const content = decoder.decode(bytes);
    if (content.length > 0 && exchange.body?.give(content) === false) this.#socket.pause();
    if (!decoder.ended) return;
    this.#finish(exchange);
    exchange.body?.push(null);
  }

  #finish(exchange: Exchange): void {
    this.#exchange = undefined;
    exchange.forget();
    exchange.outgoing.slot.release();
    const reusable = exchange.head?.persistent === true && exchange.sending?.complete === true;
    exchange.sending?.abandon();
    this.#used = true;
    if (!reusable || !this.isOpen) {
      this.#socket.destroy();
      return;
    }
    this.#socket.resume();
    this.#owner.free(this);
  }

  #takeEnd(): void {
    const exchange = this.#exchange;
    if (exchange?.head?.framing.kind !== 'until-close') return;
    exchange.decoder?.end();
    this.#finish(exchange);
    exchange.body?.push(null);
  }

  /** Nothing more comes of the exchange. */
  #fail(error: Error | undefined): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#socket.destroy();
    if (exchange === undefined) return;
    exchange.forget();
    exchange.sending?.abandon();
    if (exchange.body) exchange.outgoing.slot.release();
    if (exchange.body) exchange.body.destroy(isFailure(error) ? error : brokenOff(error));
    else exchange.reject(this.#explain(exchange, error));
  }

  #explain(exchange: Exchange, error: Error | undefined): Error {
    if (isFailure(error) || (error !== undefined && !isOfConnection(error))) return error;
    if (this.#used && exchange.received === undefined) {
      return new StaleConnection('The connection was closed meanwhile.', { cause: error });
    }
    return new Failure('upstream-unreachable', 'The Subversion server cannot be reached.', { cause: error });
  }
}

/** Whether the error is one of the connection or of what came over it, and not the reason why the client is gone. */
function isOfConnection(error: Error): boolean {
  return error instanceof ProtocolError || 'code' in error;
}

/** As node:http calls an answer that ends too soon. */
function brokenOff(cause: Error | undefined): Error {
  return Object.assign(new Error('The answer broke off.', { cause }), { code: 'ECONNRESET' });
}
