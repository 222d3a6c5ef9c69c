import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import { Socket } from 'node:net';
import { Failure, statusOf } from '../../src/failure.js';
import { normalizeAddress } from '../../src/http/client-address.js';
import type { ClientConnections } from './client-connections.js';
import { errorResponse } from '../pages/error-response.js';
import type { Log } from '../observability/log.js';

/** Milliseconds for which a connection is kept after the last answer, so that its client sees that and no reset. */
const linger = 1000;

/**
 * Answers what Node could not read as a request, after all that came before it on the connection, which is closed then.
 * @param log gets a line for each, as for a request
 */
export function answerBrokenRequests(server: Server, clients: ClientConnections, log: Log | undefined): void {
  server.on('clientError', (error, socket) => {
    // The connection is gone, or was about to be closed.
    if (!(socket instanceof Socket) || codeOf(error) === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    clients.afterAll(socket, (begun) => {
      if (begun || !socket.writable) {
        // What was written into the midst of an answer would be taken for a part of it.
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
  log?.info({ requestId, address, status: statusOf(failure.kind), reason: codeOf(error) }, 'no request');
  socket.end(textOf(failure, requestId, svn));
  const timer = setTimeout(() => socket.destroy(), linger);
  socket.once('close', () => {
    clearTimeout(timer);
  });
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
      // svn lists the lock tokens of a folder that it deletes in If, and upon 400 alone in the body instead
      // (subversion/libsvn_ra_serf/commit.c, delete_entry).
      return new Failure(svn ? 'malformed' : 'too-many-fields', 'The header section is too long.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Failure('too-large', 'The chunk extensions are too long.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Failure('request-timeout', 'The header section did not come in time.');
    default:
      return new Failure('malformed', 'This is no HTTP/1.1 request.');
  }
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
