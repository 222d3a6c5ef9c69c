import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { PieceBuffers } from '../../src/async/piece-buffers.js';
import { ReadableInto } from '../../src/async/readable-into.js';
import { ClientGone } from '../../src/async/when-gone.js';
import { Failure } from '../../src/failure.js';
import type { HttpResponse } from '../../src/http/message.js';
import type { Log } from '../observability/log.js';
import type { Middleware, RequestRecord } from './request-record.js';
import { isAwaitingContinue } from '../listener/expect-continue.js';
import { pump } from './write-body.js';
import { pumpPieces } from './write-pieces.js';
import {
  dropRest,
  endAfterRest,
  hasTooMuchLeft,
  restOfStrangers,
  restOfUsers,
} from '../listener/unread-body.js';

/** Writes the response. Nothing else touches the socket. @param pieces memory for large bodies */
export function respond(log: Log, pieces: PieceBuffers): Middleware {
  return async (context, next) => {
    context.respond = false;
    await next();
    const { req, res, state } = context;
    const { record, response } = state;
    if (!response) {
      if (res.destroyed) return;
      throw new Failure('internal', 'No middleware answered the request.');
    }
    try {
      await write(req, res, response, record, pieces);
    } catch (error) {
      // The head has been sent: closing the connection is the only way to show that the response is incomplete.
      req.socket.destroy();
      if (response.body instanceof Readable) response.body.destroy();
      if (!(error instanceof ClientGone)) {
        log.warn({ requestId: record.id, err: error }, 'response cut off');
      }
    }
  };
}

/** Ends a response: with the body at once, or later. */
type End = (res: ServerResponse, body?: string | Buffer) => void;

function write(
  req: IncomingMessage,
  res: ServerResponse,
  response: HttpResponse,
  record: RequestRecord,
  pieces: PieceBuffers,
): Promise<void> | undefined {
  const { status, headers, body } = response;
  const fields: string[] = [];
  for (const [name, value] of headers) fields.push(name, value);
  fields.push('X-Request-Id', record.id);
  const end = req.complete ? endAtOnce : endBeforeBody(req, record, fields);
  res.writeHead(status, fields);
  if (body instanceof Readable && req.method !== 'HEAD' && !res.destroyed) {
    const sending =
      body instanceof ReadableInto
        ? pumpPieces(body, res, { pool: pieces, owner: record.owner ?? '' })
        : pump(body, res);
    return endStream(res, response, sending, end);
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

/** Ends a response that did not wait for the whole body of the request. */
function endBeforeBody(req: IncomingMessage, record: RequestRecord, fields: string[]): End {
  const known = record.user !== undefined;
  const limits = known ? restOfUsers : restOfStrangers;
  // A body that the client sends without waiting for 100 Continue would be read as the next request.
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
    record.answered = true;
    record.giveBack?.();
    // Otherwise the client would not know yet that the response has ended.
    if (res.chunkedEncoding) res.end();
    else endAfterRest(req, res, limits);
  };
}

async function endStream(
  res: ServerResponse,
  response: HttpResponse,
  sending: Promise<number>,
  end: End,
): Promise<void> {
  const declared = response.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  // Does not end with the body: after a body that is too short, the client would read the next response as the rest of
  // it.
  const sent = await sending;
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
