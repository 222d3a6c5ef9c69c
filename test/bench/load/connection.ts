import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { framingOf } from './answer-head.js';
import { ChunkedBody } from './chunked-body.js';

/** An answer; its body is counted, and kept only where that was asked for. */
export interface Answer {
  readonly status: number;
  /** The status line and the header section, as received. */
  readonly head: string;
  readonly bodyBytes: number;
  /** Empty unless it was to be kept. */
  readonly body: Buffer;
}

/** Bytes that are sent again and again until the announced length is reached. */
export interface RepeatedBody {
  readonly piece: Buffer;
  readonly bytes: number;
}

export interface SendOptions {
  readonly body?: RepeatedBody;
  readonly keepBody?: boolean;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly keepBody: boolean;
}

/** The server closed a kept connection, as it may between requests (RFC 9112 section 9.3.1): a client asks again. */
export class ConnectionClosed extends Error {}

/**
 * A kept HTTP/1.1 connection with one request under way, as cheap as Node allows: one write a request, one reused buffer
 * for what arrives, and of the header section only the body's length is read.
 */
export class Connection {
  readonly #socket: Socket;
  #waiting: Waiting | undefined;
  #fault: Error | undefined;
  #over = false;
  /** What has arrived of a header section that came in pieces. */
  #partialHead = '';
  #answer: AnswerUnderWay | undefined;

  /** @param buffer shared by connections of one thread: what arrives is used at once */
  private constructor(port: number, buffer: Buffer) {
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer,
        callback: (length) => {
          this.#take(buffer.subarray(0, length));
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => {
      this.#fail(error);
    });
    this.#socket.on('close', () => {
      this.#fail(new ConnectionClosed('The server closed the connection.'));
    });
  }

  static async open(port: number, buffer: Buffer): Promise<Connection> {
    const connection = new Connection(port, buffer);
    await once(connection.#socket, 'connect');
    return connection;
  }

  /** Whether the server has said, or shown, that it takes no further request. */
  get isOver(): boolean {
    return this.#over || this.#fault !== undefined;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Sends a request and waits for the whole answer. @param request everything but a repeated body */
  send(request: Buffer, { body, keepBody = false }: SendOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#fault) {
        reject(this.#fault);
        return;
      }
      this.#waiting = { resolve, reject, keepBody };
      this.#socket.write(request);
      if (body) this.#sendBody(body, body.bytes);
    });
  }

  #sendBody({ piece, bytes }: RepeatedBody, left: number): void {
    let unsent = left;
    while (unsent > 0) {
      const part = unsent < piece.length ? piece.subarray(0, unsent) : piece;
      unsent -= part.length;
      if (!this.#socket.write(part) && unsent > 0) {
        this.#socket.once('drain', () => {
          this.#sendBody({ piece, bytes }, unsent);
        });
        return;
      }
    }
  }

  #take(chunk: Buffer): void {
    try {
      const body = this.#answer ? chunk : this.#takeHead(chunk);
      if (body && this.#answer?.take(body)) this.#finish(this.#answer);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      this.#socket.destroy();
    }
  }

  /** @returns what follows the header section; undefined if that has not ended */
  #takeHead(chunk: Buffer): Buffer | undefined {
    const before = this.#partialHead.length;
    const text = before === 0 ? '' : this.#partialHead + chunk.toString('latin1');
    const end = before === 0 ? chunk.indexOf('\r\n\r\n') : text.indexOf('\r\n\r\n');
    if (end < 0) {
      this.#partialHead = before === 0 ? chunk.toString('latin1') : text;
      return undefined;
    }
    this.#partialHead = '';
    const head = before === 0 ? chunk.toString('latin1', 0, end) : text.slice(0, end);
    const rest = chunk.subarray(end + 4 - before);
    const framing = framingOf(head);
    if (framing === 'interim') return this.#takeHead(rest);
    this.#over = saysClose.test(head);
    this.#answer = new AnswerUnderWay(head, framing, this.#waiting?.keepBody ?? false);
    return rest;
  }

  #finish({ answer }: AnswerUnderWay): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#answer = undefined;
    waiting?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#fault ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

const saysClose = /\r\nconnection: *close/i;

/** An answer whose header section has arrived. */
class AnswerUnderWay {
  readonly #head: string;
  readonly #length: number;
  readonly #chunked: ChunkedBody | undefined;
  readonly #keepBody: boolean;
  readonly #kept: Buffer[] = [];
  #bodyBytes = 0;

  constructor(head: string, framing: number | 'chunked', keepBody: boolean) {
    this.#head = head;
    this.#keepBody = keepBody;
    this.#length = framing === 'chunked' ? 0 : framing;
    if (framing === 'chunked')
      this.#chunked = new ChunkedBody((part) => {
        this.#content(part);
      });
  }

  /** @returns whether the answer is whole */
  take(part: Buffer): boolean {
    if (this.#chunked) return this.#chunked.take(part);
    this.#content(part);
    return this.#bodyBytes >= this.#length;
  }

  get answer(): Answer {
    return {
      status: Number(this.#head.slice(9, 12)),
      head: this.#head,
      bodyBytes: this.#bodyBytes,
      body: Buffer.concat(this.#kept),
    };
  }

  #content(part: Buffer): void {
    this.#bodyBytes += part.length;
    if (this.#keepBody && part.length > 0) this.#kept.push(Buffer.from(part));
  }
}
