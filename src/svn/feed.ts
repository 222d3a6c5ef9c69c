import { type ClientRequest, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Failure } from '../failure.js';
import { pairs } from '../http/hop-by-hop.js';
import { forwardable } from './proxy-request.js';

/**
 * Sends `body` and its trailer fields as the body of `outgoing`, as fast as the child takes it. A body that breaks off
 * breaks the request off; when the child wants no more, the rest of the body is read and dropped, so that a client
 * that reads no answer before it has sent everything gets its answer.
 */
export function feed(body: Readable, outgoing: ClientRequest): void {
  const breakOff = () => {
    if (!body.readableEnded) {
      outgoing.destroy(new Failure('malformed', 'The request body broke off.'));
    }
  };
  if (body.readableEnded) {
    outgoing.end();
    return;
  }
  if (body.destroyed) {
    breakOff();
    return;
  }
  body.on('error', breakOff);
  body.once('close', breakOff);
  body.once('end', () => {
    if (body instanceof IncomingMessage && body.rawTrailers.length > 0) addTrailers(body, outgoing);
    outgoing.end();
  });
  outgoing.once('close', () => {
    body.removeListener('close', breakOff);
    if (body.readableEnded || body.destroyed) return;
    body.unpipe(outgoing);
    body.resume();
  });
  body.pipe(outgoing, { end: false });
}

function addTrailers(body: IncomingMessage, outgoing: ClientRequest): void {
  const trailers = forwardable(pairs(body.rawTrailers));
  outgoing.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
}
