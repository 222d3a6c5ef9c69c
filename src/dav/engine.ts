import { Failure, type Refusal } from '../failure.js';
import type { HttpResponse } from '../http/message.js';
import { allowedMethods } from './allowed-methods.js';
import type { DavMethod, DavReadContext, DavReadMethod, DavRequest } from './context.js';
import { readIf } from './headers/if.js';
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
  const request = { ...asked, conditions: readIf(asked.headers.if) };
  const read = reading.get(request.method);
  if (read) {
    await requireIf(request, context);
    return read(request, context);
  }
  const method = writing.get(request.method);
  if (!method) throw await noSuchMethod(request);
  const { principal } = context;
  if (principal === undefined) throw new Failure('unauthenticated', 'Only users can change anything here.');
  const named = { ...context, principal };
  const answer = async (): Promise<HttpResponse> => {
    // LOCK checks this itself, because a failed refresh has a status of its own.
    if (method !== lock) await requireIf(request, named);
    return method(request, named);
  };
  return inTurns.has(method) ? inTurn(request, named, answer) : answer();
}

async function noSuchMethod({ method, path, storage }: DavRequest): Promise<Failure> {
  const stat = await storage.stat(path);
  const sentence = refusalOfDavMethod(method)?.sentence ?? '';
  return new Failure('method-not-allowed', sentence, { headers: [['Allow', allowedMethods(path, stat)]] });
}
