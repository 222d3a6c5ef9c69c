import type { Readable } from 'node:stream';
import { Failure, type Refusal } from '../failure.js';
import type { HandOver } from '../http/hand-over.js';
import type { HttpResponse, RequestHeaders } from '../http/message.js';
import type { Spelling } from '../http/spelling.js';
import type { ServerPath, SharePath } from '../http/target.js';
import type { DavStorage } from '../storage/storage.js';
import { allowedMethods } from './allowed-methods.js';
import type { DavContext, DavMethod, DavReadContext, DavReadMethod, DavRequest, Place } from './context.js';
import { readIf, type IfConditions } from './headers/if.js';
import { requireIf } from './locks/require-if.js';
import { copy } from './methods/copy.js';
import { remove } from './methods/delete.js';
import { get } from './methods/get.js';
import { lock } from './methods/lock.js';
import { mkcol } from './methods/mkcol.js';
import { move } from './methods/move.js';
import { options } from './methods/options.js';
import { propfind } from './methods/propfind.js';
import { proppatch } from './methods/proppatch.js';
import { put } from './methods/put.js';
import { unlock } from './methods/unlock.js';
import { inTurn } from './tree-turns.js';

const reading: ReadonlyMap<string, DavReadMethod> = new Map([
  ['OPTIONS', options],
  ['GET', get],
  ['HEAD', get],
  ['PROPFIND', propfind],
]);

const writing: ReadonlyMap<string, DavMethod> = new Map([
  ['PUT', put],
  ['DELETE', remove],
  ['MKCOL', mkcol],
  ['COPY', copy],
  ['MOVE', move],
  ['PROPPATCH', proppatch],
  ['LOCK', lock],
  ['UNLOCK', unlock],
]);

/** These change whole trees, so they run one after another. */
const inTurns: ReadonlySet<DavMethod> = new Set([copy, move, remove]);

/** Why this engine refuses a method; undefined if it has the method. */
export function refusalOfDavMethod(method: string): Refusal | undefined {
  return reading.has(method) || writing.has(method)
    ? undefined
    : { failure: 'method-not-allowed', sentence: `This server does not support the method ${method} here.` };
}

/**
 * Answers one WebDAV request (RFC 4918).
 * @throws Failure `method-not-allowed` with Allow for a method that this engine does not have, `unauthenticated` where somebody
 *   without a name would change something, and the methods' own
 */
export async function handleDav(
  asked: Omit<DavRequest, 'conditions'>,
  context: DavReadContext,
): Promise<HttpResponse> {
  const request = new ConditionalRequest(asked);
  const read = reading.get(request.method);
  if (read) {
    await requireIf(request, context);
    return read(request, context);
  }
  const method = writing.get(request.method);
  if (!method) throw await noSuchMethod(request);
  if (!isNamed(context)) throw new Failure('unauthenticated', 'Only users can change anything here.');
  const answer = async (): Promise<HttpResponse> => {
    // LOCK checks this itself, because a failed refresh has a status of its own.
    if (method !== lock) await requireIf(request, context);
    return method(request, context);
  };
  return inTurns.has(method) ? inTurn(request, context, answer) : answer();
}

function isNamed(context: DavReadContext): context is DavContext {
  return context.principal !== undefined;
}

/** A request whose If header field has been read. A class that names every field, as UserContext is and for its reason. */
class ConditionalRequest implements DavRequest {
  readonly storage: DavStorage;
  readonly base: ServerPath;
  readonly path: SharePath;
  readonly spelling: Spelling | undefined;
  readonly method: string;
  readonly collection: boolean;
  readonly headers: RequestHeaders;
  readonly body: Readable;
  readonly handOver: HandOver | undefined;
  readonly signal: AbortSignal | undefined;
  readonly destination: Place | undefined;
  readonly publicAuthority: string | undefined;
  readonly conditions: IfConditions;

  constructor(asked: Omit<DavRequest, 'conditions'>) {
    this.storage = asked.storage;
    this.base = asked.base;
    this.path = asked.path;
    this.spelling = asked.spelling;
    this.method = asked.method;
    this.collection = asked.collection;
    this.headers = asked.headers;
    this.body = asked.body;
    this.handOver = asked.handOver;
    this.signal = asked.signal;
    this.destination = asked.destination;
    this.publicAuthority = asked.publicAuthority;
    this.conditions = readIf(asked.headers.if);
  }
}

async function noSuchMethod({ method, path, storage }: DavRequest): Promise<Failure> {
  const stat = await storage.stat(path);
  const sentence = refusalOfDavMethod(method)?.sentence ?? '';
  return new Failure('method-not-allowed', sentence, { headers: [['Allow', allowedMethods(path, stat)]] });
}
