import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import { Socket } from 'node:net';
import { Failure, statusOf } from '../../src/failure.js';
import { normalizeAddress } from '../../src/http/client-address.js';
import type { ClientConnections } from './client-connections.js';
import { errorResponse } from '../pages/error-response.js';
import type { Log } from '../observability/log.js';

/**
 * After the last response, davgate reads and drops what the client still sends, since closing a connection with unread
 * bytes resets it and the response is lost. It closes at once when the client does.
 */
const linger = { milliseconds: 1000, bytes: 64 * 1024 };

/**
 * Answers input that Node cannot parse as a request, after all earlier requests on the connection, and then closes it.
 * @param log receives a line for each, as for a request
 */
export function answerBrokenRequests(server: Server, clients: ClientConnections, log: Log | undefined): void {
  server.on('clientError', (error, socket) => {
    // The connection has closed, or is about to.
    if (!(socket instanceof Socket) || codeOf(error) === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    clients.afterAll(socket, (begun) => {
      if (begun || !socket.writable) {
        // The client would read anything written now as part of the response that has begun.
        socket.destroy();
        return;
      }
      close(socket, error, clients.isOfSvn(socket), log);
    });
  });
}

function close(socket: Socket, error: Error, svn: boolean, log: Log | undefined): void {
  const requestId = randomUUID();
  const failure = failureOf(codeOf(error), svn);
  const address = normalizeAddress(socket.remoteAddress ?? '');
  log?.info({ requestId, address, status: statusOf(failure.kind), reason: codeOf(error) }, 'invalid request');
  socket.end(textOf(failure, requestId, svn));
  dropInput(socket);
}

/** Reads from a paused connection, without Node's parser, which would report each further piece as an error. */
function dropInput(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), linger.milliseconds);
  socket.once('close', () => {
    clearTimeout(timer);
  });
  let left = linger.bytes;
  // Only while Node's parser is attached does resuming also start the reading again.
  socket.once('resume', () => {
    socket.removeAllListeners('data');
    socket.removeAllListeners('end');
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) socket.destroy();
    });
  });
  socket.resume();
}

function textOf(failure: Failure, requestId: string, svn: boolean): string {
  const { status, headers, body } = errorResponse(failure, {
    accept: undefined,
    svn,
    requestId,
  });
  const fields = [...headers, ['X-Request-Id', requestId], ['Connection', 'close']]
    .map(([name = '', value = '']) => `${name}: ${value}\r\n`)
    .join('');
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${fields}\r\n${body instanceof Buffer ? body.toString() : ''}`;
}

function failureOf(code: string | undefined, svn: boolean): Failure {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      // svn lists the lock tokens of a folder that it deletes in If. Only after a 400 does it use the body instead
      // (subversion/libsvn_ra_serf/commit.c, delete_entry).
      return new Failure(svn ? 'malformed' : 'too-many-fields', 'The header section is too long.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Failure('too-large', 'The chunk extensions are too long.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Failure('request-timeout', 'The header section did not arrive in time.');
    default:
      return new Failure('malformed', 'This is not a valid HTTP/1.1 request.');
  }
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
