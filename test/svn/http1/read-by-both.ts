import { EventEmitter, once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { pairs } from '../../../src/http/hop-by-hop.js';
import type { HeaderList } from '../../../src/http/message.js';
import { createHttpClient, type HttpClient } from '../../../src/svn/http1/client.js';
import { stays } from '../gone.js';

/** An answer as a client takes it. */
export interface Read {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
  readonly trailers: HeaderList;
}

/** The answer, or why there is none. */
export type Outcome = Read | { readonly refused: string };

/** Bytes, as much as ours takes. */
const maxHeaderSize = 256 * 1024;

/** The bytes of an answer, a character each, in the pieces in which they arrive. */
export type Pieces = readonly string[];

/** A server that answers each request with bytes and hangs up, and what two clients take them for. */
export class BothClients {
  readonly #server = createServer((socket) => {
    void this.#answer(socket);
  });
  readonly #client: HttpClient = createHttpClient();
  #port = 0;
  #pieces: Pieces = [];

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.#port = address.port;
  }

  close(): void {
    this.#client.close();
    this.#server.close();
  }

  /** Reads one answer with both clients, one after the other. */
  async read(method: string, pieces: Pieces): Promise<{ ours: Outcome; nodes: Outcome }> {
    this.#pieces = pieces;
    return { ours: await outcomeOf(this.#ours(method)), nodes: await outcomeOf(this.#nodes(method)) };
  }

  async #answer(socket: Socket): Promise<void> {
    socket.setNoDelay(true).on('error', () => undefined);
    // The heads of these requests come in one piece.
    await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
    socket.resume();
    for (const piece of this.#pieces) {
      socket.write(piece, 'latin1');
      await turn();
    }
    socket.end();
  }

  async #ours(method: string): Promise<Read> {
    const address = { scheme: 'http', host: '127.0.0.1', port: this.#port, secret: '' } as const;
    const { status, headers, body, trailers } = await this.#client.exchange(new EventEmitter(), address, {
      method,
      head: { path: '/', headers: ['Host', 'here'], framing: { kind: 'none' } },
      body: Readable.from([]),
      slot: { holdFor: () => undefined, release: () => undefined },
      patience: 10_000,
      whenGone: stays,
    });
    const whole = body instanceof Readable ? await buffer(body) : (body ?? Buffer.alloc(0));
    return { status, headers, body: whole.toString('latin1'), trailers: trailers() };
  }

  async #nodes(method: string): Promise<Read> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, method, agent: false, maxHeaderSize };
      const asked = request(options, resolve);
      asked.on('error', reject);
      asked.on('upgrade', (_answer, socket: Socket) => {
        socket.destroy();
        reject(new Error('The protocol is another one.'));
      });
      asked.end();
    });
    const body = (await buffer(answer)).toString('latin1');
    const { statusCode = 0, rawHeaders, rawTrailers } = answer;
    return { status: statusCode, headers: pairs(rawHeaders), body, trailers: pairs(rawTrailers) };
  }
}

async function outcomeOf(read: Promise<Read>): Promise<Outcome> {
  try {
    return await read;
  } catch (error) {
    return { refused: reasonOf(error) };
  }
}

/** What a client itself says: ours hands the error of the protocol on as the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
