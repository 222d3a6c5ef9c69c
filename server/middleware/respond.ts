import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HttpResponse } from '../../src/http/message.js';
import type { Log } from '../log.js';
import type { Middleware } from '../state.js';
import { known } from '../state.js';

/** Writes the answer; nothing else touches the socket. */
export function respond(log: Log): Middleware {
  return async (context, next) => {
    context.respond = false;
    await next();
    const { req, res, state } = context;
    if (!state.response && res.destroyed) return;
    const response = known(state.response);
    try {
      await write(req, res, response, state.requestId);
    } catch (error) {
      // The head is out: all that is left is to break the connection off, so that nobody takes the answer for whole.
      req.socket.destroy();
      if (response.body instanceof Readable) response.body.destroy();
      if (!req.destroyed || !isPremature(error)) {
        log.warn({ requestId: state.requestId, err: error }, 'the answer broke off');
      }
    }
  };
}

async function write(
  req: IncomingMessage,
  res: ServerResponse,
  { status, headers, body }: HttpResponse,
  requestId: string,
): Promise<void> {
  const fields = [...headers.flat(), 'X-Request-Id', requestId];
  // A body that nobody has asked for yet would be taken for the next request.
  if (isAwaitingContinue(req)) fields.push('Connection', 'close');
  res.writeHead(status, fields);
  // Node lets go of a body that nobody has read from; one that was given up half way would block the connection.
  res.once('finish', () => {
    if (!req.readableEnded) req.resume();
  });
  if (!(body instanceof Readable)) {
    res.end(req.method === 'HEAD' ? undefined : body);
    return;
  }
  if (req.method === 'HEAD' || res.destroyed) {
    body.destroy();
    res.end();
    return;
  }
  const declared = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  let sent = 0;
  body.on('data', (chunk: Buffer) => {
    sent += chunk.length;
  });
  // Not ended yet: after a short body, what comes next on the connection would be taken for the rest of it.
  await pipeline(body, res, { end: false });
  if (declared !== undefined && Number(declared) !== sent) {
    throw new Error('The body was not as long as announced.');
  }
  res.end();
}

const awaiting = Symbol('awaiting 100 Continue');

/** Marks a request whose client waits for 100 Continue before it sends the body. */
export function awaitContinue(req: IncomingMessage): void {
  Object.defineProperty(req, awaiting, { value: true, writable: true });
}

function isAwaitingContinue(req: IncomingMessage): boolean {
  return awaiting in req && req[awaiting] === true;
}

/** Tells the client to send its body, once it is known that it will be taken. */
export function sendContinue(req: IncomingMessage, res: ServerResponse): void {
  if (!isAwaitingContinue(req)) return;
  Object.defineProperty(req, awaiting, { value: false });
  res.writeContinue();
}

function isPremature(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
