import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { HttpResponse } from '../../src/http/message.js';
import type { Log } from '../log.js';
import type { Middleware, RequestState } from '../state.js';
import { ClientGone, known } from '../state.js';
import { pump } from './pump.js';
import { dropRest, endAfterRest, hasTooMuchLeft, restOfStrangers, restOfUsers } from './rest-of-body.js';

/** Writes the answer; nothing else touches the socket. */
export function respond(log: Log): Middleware {
  return async (context, next) => {
    context.respond = false;
    await next();
    const { req, res, state } = context;
    if (!state.response && res.destroyed) return;
    const response = known(state.response);
    try {
      await write(req, res, response, state);
    } catch (error) {
      // The head is out: all that is left is to break the connection off, so that nobody takes the answer for whole.
      req.socket.destroy();
      if (response.body instanceof Readable) response.body.destroy();
      if (!(error instanceof ClientGone)) {
        log.warn({ requestId: state.requestId, err: error }, 'the answer broke off');
      }
    }
  };
}

/** How an answer ends: with the body at once, or later. */
type End = (res: ServerResponse, body?: string | Buffer) => void;

function write(
  req: IncomingMessage,
  res: ServerResponse,
  response: HttpResponse,
  state: RequestState,
): Promise<void> | undefined {
  const { status, headers, body } = response;
  const fields: string[] = [];
  for (const [name, value] of headers) fields.push(name, value);
  fields.push('X-Request-Id', state.requestId);
  const end = req.complete ? endAtOnce : endBeforeBody(req, state, fields);
  res.writeHead(status, fields);
  if (body instanceof Readable && req.method !== 'HEAD' && !res.destroyed) {
    return writeStream(res, response, body, end);
  }
  if (body instanceof Readable) body.destroy();
  else if (req.method !== 'HEAD' && body !== undefined) {
    addTrailers(res, response);
    end(res, body);
    return undefined;
  }
  end(res);
  return undefined;
}

const endAtOnce: End = (res, body) => {
  res.end(body);
};

/** For an answer that did not wait for all of the request's body. */
function endBeforeBody(req: IncomingMessage, state: RequestState, fields: string[]): End {
  const known = state.identity !== undefined;
  const limits = known ? restOfUsers : restOfStrangers;
  // A body that nobody has asked for yet would be taken for the next request.
  if (!isAwaitingContinue(req) && !hasTooMuchLeft(req, known)) {
    return (res, body) => {
      dropRest(req, limits.bytes);
      res.end(body);
    };
  }
  fields.push('Connection', 'close');
  return (res, body) => {
    if (body !== undefined && body.length > 0) res.write(body);
    else res.flushHeaders();
    state.answered = true;
    state.giveBack?.();
    // Its client would not know yet that the answer has ended.
    if (res.chunkedEncoding) res.end();
    else endAfterRest(req, res, limits);
  };
}

async function writeStream(
  res: ServerResponse,
  response: HttpResponse,
  body: Readable,
  end: End,
): Promise<void> {
  const declared = response.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  // Not ended with the body: after a short one, what comes next on the connection would be taken for the rest of it.
  const sent = await pump(body, res);
  if (declared !== undefined && Number(declared) !== sent) {
    throw new Error('The body was not as long as announced.');
  }
  addTrailers(res, response);
  end(res);
}

function addTrailers(res: ServerResponse, { trailers }: HttpResponse): void {
  const fields = trailers?.() ?? [];
  if (fields.length > 0) res.addTrailers(fields.map(([name, value]): [string, string] => [name, value]));
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
