import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import type { Readable } from 'node:stream';
import { Failure } from '../failure.js';
import { feed } from './feed.js';
import type { UpstreamHead } from './proxy-request.js';
import type { UpstreamAddress } from './upstream-address.js';

/** The largest header section taken from the child, in bytes. */
const maximumHead = 256 * 1024;

/** One request on one connection. */
export interface Exchange {
  readonly address: UpstreamAddress;
  readonly method: string;
  readonly head: UpstreamHead;
  readonly body: Readable;
  readonly agent: Agent;
  /** Milliseconds without a byte in either direction. */
  readonly patience: number;
  /** The client is gone. */
  readonly signal: AbortSignal;
}

/** The child closed a kept connection just as it was used again, before it answered. */
export class StaleConnection extends Error {}

/**
 * Sends a request and resolves with the head of the answer; its body follows as the stream that this resolves with.
 * That stream is destroyed with an error when the connection breaks, and destroying it closes the connection.
 * @throws Failure `upstream-unreachable` or `upstream-timeout`, StaleConnection, or the signal's reason
 */
export function exchange(parts: Exchange): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    parts.signal.throwIfAborted();
    const outgoing = open(parts);
    let response: IncomingMessage | undefined;
    const abort = () => {
      (response ?? outgoing).destroy(abortReason(parts.signal));
      outgoing.destroy();
    };
    parts.signal.addEventListener('abort', abort, { once: true });
    outgoing.on('timeout', () => {
      outgoing.destroy(new Failure('upstream-timeout', 'The Subversion server did not answer in time.'));
    });
    outgoing.on('error', (error) => {
      if (response === undefined) reject(explain(error, outgoing, parts.signal));
    });
    outgoing.on('response', (incoming) => {
      response = incoming;
      resolve(incoming);
    });
    outgoing.on('close', () => {
      parts.signal.removeEventListener('abort', abort);
    });
    if (parts.head.framing.kind === 'none') outgoing.end();
    else feed(parts.body, outgoing);
  });
}

function open({ address, method, head, agent, patience }: Exchange): ClientRequest {
  return (address.scheme === 'https' ? requestOverTls : request)({
    host: address.host,
    port: address.port,
    method,
    path: head.path,
    headers: head.headers,
    agent,
    timeout: patience,
    maxHeaderSize: maximumHead,
  });
}

function explain(error: Error, outgoing: ClientRequest, signal: AbortSignal): Error {
  if (signal.aborted) return abortReason(signal);
  if (error instanceof Failure) return error;
  const code = 'code' in error ? error.code : undefined;
  if (outgoing.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')) {
    return new StaleConnection('The connection was closed meanwhile.', { cause: error });
  }
  return new Failure('upstream-unreachable', 'The Subversion server cannot be reached.', { cause: error });
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('The request was given up.');
}
