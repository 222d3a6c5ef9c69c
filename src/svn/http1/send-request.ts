import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { Failure } from '../../failure.js';
import { mostFields } from '../../http/fields.js';
import { pairs } from '../../http/hop-by-hop.js';
import type { HeaderList } from '../../http/message.js';
import type { Framing } from '../request-framing.js';
import { forwardable, type UpstreamHead } from '../proxy-request.js';

const lineEnd = '\r\n';
const unfit = /[^\t -~\x80-\xff]/;

export interface SentWhole {
  readonly pieces: readonly Buffer[];
  /** Nobody needs its bytes any more. Idempotent. */
  readonly release: () => void;
}

export interface Sending {
  readonly complete: boolean;
  /** Grows with each byte of the body that comes from the client; undefined while it is not the client that is waited for. */
  moved(): number | undefined;
  /** Nobody reads any further: what is left of the body is read and dropped, so that its client gets to the answer. */
  abandon(): void;
}

/**
 * Writes a request, head and body in one piece where both are there, with the body's trailer fields, as fast as the
 * connection takes it.
 * @param breakOff is told that the body broke off
 * @throws Failure `malformed` for what no head can hold
 */
export function sendRequest(
  socket: Socket,
  method: string,
  head: UpstreamHead,
  body: Readable | SentWhole,
  breakOff: (failure: Failure) => void,
): Sending {
  const text = headText(method, head);
  if (head.framing.kind === 'none') {
    socket.write(text, 'latin1');
    return sent;
  }
  if ('pieces' in body) {
    sendWhole(socket, text, body);
    return sent;
  }
  return new SendingBody(socket, text, body, head.framing, breakOff);
}

const sent: Sending = { complete: true, moved: () => undefined, abandon: () => undefined };

function sendWhole(socket: Socket, head: string, { pieces, release }: SentWhole): void {
  socket.cork();
  const last = pieces.at(-1);
  socket.write(head, 'latin1');
  for (const piece of pieces) socket.write(piece, ...(piece === last ? [release] : []));
  socket.uncork();
}

function headText(method: string, { path, headers }: UpstreamHead): string {
  if (unfit.test(method + path + headers.join(''))) {
    throw new Failure('malformed', 'The request has a control character in its head.');
  }
  let text = `${method} ${path} HTTP/1.1${lineEnd}`;
  for (let index = 0; index < headers.length; index += 2) {
    text += `${headers[index] ?? ''}: ${headers[index + 1] ?? ''}${lineEnd}`;
  }
  return text + lineEnd;
}

/** The head waits for the first of the body: Apache, and on a small machine the client, are woken once less. */
class SendingBody implements Sending {
  readonly #socket: Socket;
  readonly #body: Readable;
  readonly #chunked: boolean;
  /** Bytes that were announced and not written yet; undefined where none were announced. */
  #left: number | undefined;
  readonly #breakOff: (failure: Failure) => void;
  #head: string;
  #complete = false;
  #abandoned = false;
  #moved = 0;

  constructor(
    socket: Socket,
    head: string,
    body: Readable,
    framing: Framing,
    breakOff: (failure: Failure) => void,
  ) {
    this.#socket = socket;
    this.#head = head;
    this.#body = body;
    this.#chunked = framing.kind === 'chunked';
    this.#left = framing.kind === 'length' ? Number(framing.bytes) : undefined;
    this.#breakOff = breakOff;
    if (body.readableEnded) this.#end();
    else if (body.destroyed) this.#broken();
    else if (body instanceof IncomingMessage && body.complete) this.#sendWhole(body);
    else this.#follow();
  }

  get complete(): boolean {
    return this.#complete;
  }

  moved(): number | undefined {
    const ours = this.#complete || this.#abandoned || this.#socket.writableNeedDrain;
    return ours ? undefined : this.#moved;
  }

  abandon(): void {
    if (this.#complete || this.#abandoned) return;
    this.#abandoned = true;
    this.#body.resume();
  }

  #sendWhole(body: IncomingMessage): void {
    const bytes: unknown = body.read();
    this.#socket.cork();
    if (bytes instanceof Buffer) this.#write(bytes);
    if (body.readableLength > 0) this.#follow();
    else {
      this.#end();
      // Has the stream come to its end.
      body.resume();
    }
    this.#socket.uncork();
  }

  #follow(): void {
    const body = this.#body;
    body.on('data', (bytes: Buffer) => {
      if (this.#abandoned) return;
      this.#cork();
      if (this.#write(bytes)) return;
      body.pause();
      this.#socket.once('drain', () => body.resume());
    });
    body.once('end', () => {
      if (!this.#abandoned) this.#end();
    });
    const broken = (): void => {
      if (!this.#complete && !this.#abandoned && !body.readableEnded) this.#broken();
    };
    body.on('error', broken);
    body.once('close', broken);
  }

  /** What is written within one turn goes out together. */
  #cork(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    setImmediate(() => this.#socket.uncork());
  }

  #write(bytes: Buffer): boolean {
    // A chunk of no bytes would be the last one.
    if (bytes.length === 0) return true;
    this.#moved += bytes.length;
    if (this.#left !== undefined) this.#left -= bytes.length;
    const before = this.#takeHead() + (this.#chunked ? bytes.length.toString(16) + lineEnd : '');
    if (before !== '') this.#socket.write(before, 'latin1');
    const taken = this.#socket.write(bytes);
    return this.#chunked ? this.#socket.write(lineEnd, 'latin1') : taken;
  }

  #end(): void {
    let end = '';
    try {
      if (this.#left !== undefined && this.#left !== 0) throw brokenOff();
      if (this.#chunked) end = `0${lineEnd}${trailerText(this.#body)}${lineEnd}`;
    } catch (error) {
      this.#breakOff(error instanceof Failure ? error : brokenOff());
      return;
    }
    const rest = this.#takeHead() + end;
    if (rest !== '') this.#socket.write(rest, 'latin1');
    this.#complete = true;
  }

  #takeHead(): string {
    const head = this.#head;
    this.#head = '';
    return head;
  }

  #broken(): void {
    this.#breakOff(brokenOff());
  }
}

function brokenOff(): Failure {
  return new Failure('malformed', 'The request body broke off.');
}

function trailerText(body: Readable): string {
  const raw = body instanceof IncomingMessage ? body.rawTrailers : [];
  // Node leaves out what is beyond its limit without a word, which is more.
  if (raw.length > mostFields * 2)
    throw new Failure('too-many-fields', 'The body has too many trailer fields.');
  const trailers: HeaderList = raw.length > 0 ? forwardable(pairs(raw)) : [];
  return trailers
    .filter(([name, value]) => !unfit.test(name) && !unfit.test(value))
    .map(([name, value]) => `${name}: ${value}${lineEnd}`)
    .join('');
}
