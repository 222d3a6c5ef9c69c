import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import Koa from 'koa';
import { listen } from '../../../server/listener/http-server.js';
import { handlerOf } from '../../../server/pipeline/app.js';
import type { RequestRecord, RequestState } from '../../../server/pipeline/request-record.js';
import { respond } from '../../../server/pipeline/respond.js';
import { bodyMemory } from '../../../src/async/body-memory.js';
import { PieceBuffers } from '../../../src/async/piece-buffers.js';
import { limitsOf } from '../../../src/config/limits.js';
import type { HttpResponse } from '../../../src/http/message.js';

/** Works an answer out. */
export type Answers = (
  req: IncomingMessage,
  res: ServerResponse,
  record: RequestRecord,
) => HttpResponse | undefined | Promise<HttpResponse | undefined>;

/** A log line. */
export interface Logged {
  readonly fields: object;
  readonly message: string;
}

/** davgate's own server, whose answers respond.ts writes, and what becomes of them. */
export async function answeringServer(t: TestContext, answers: Answers) {
  const logged: Logged[] = [];
  const faults: unknown[] = [];
  const keep = (fields: object, message: string): void => void logged.push({ fields, message });
  const app = new Koa<RequestState>();
  app.on('error', (error: unknown) => faults.push(error));
  const memory = bodyMemory();
  app
    .use(respond({ info: keep, warn: keep, error: keep }, new PieceBuffers(memory)))
    .use(async ({ req, res, state }) => {
      const response = await answers(req, res, state.record);
      if (response) state.response = response;
    });
  const handle = handlerOf(app);
  const underWay: Promise<void>[] = [];
  const running = await listen(
    (req, res) => {
      const handled = handle(req, res);
      underWay.push(handled);
      return handled;
    },
    { host: '127.0.0.1', port: 0, limits: limitsOf({}) },
  );
  t.after(() => running.stop(0));
  const { port } = running.address;
  return { port, logged, faults, memory, handled: () => Promise.all(underWay) };
}

/** A client that sends bytes as it is told and keeps what comes back. */
export class RawClient {
  readonly socket: Socket;
  /** Resolves with all that came once the connection is closed. */
  readonly closed: Promise<string>;
  #received = '';

  constructor(t: TestContext, port: number) {
    this.socket = connect(port, '127.0.0.1').setEncoding('latin1');
    this.socket.on('data', (text: string) => (this.#received += text));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        resolve(this.#received);
      });
    });
    t.after(() => this.socket.destroy());
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** Resolves with all that has come once `pattern` is in it. @throws where the connection closes before */
  async sees(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) {
      if (this.socket.destroyed) throw new Error(`${String(pattern)} is not in ${this.#received}`);
      await this.next('data');
    }
    return this.#received;
  }

  /** Resolves at the next such event, or once the connection is closed. */
  async next(event: 'data' | 'drain'): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      this.socket.once(event, () => {
        resolve();
      });
    });
    await Promise.race([seen, this.closed]);
  }
}

/** The head of a request, with its empty line. */
export function requestHead(method: string, path = '/', ...fields: readonly string[]): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: here', ...fields, '', ''].join('\r\n');
}
