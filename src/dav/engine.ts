import { Failure, type Refusal } from '../failure.js';
import type { HttpResponse } from '../http/message.js';
import { allowedMethods } from './allowed-methods.js';
import type { DavContext, DavMethod, DavRequest } from './context.js';
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

const methods: ReadonlyMap<string, DavMethod> = new Map([
  ['OPTIONS', options],
  ['GET', get],
  ['HEAD', get],
  ['PUT', put],
  ['DELETE', remove],
  ['MKCOL', mkcol],
  ['COPY', copy],
  ['MOVE', move],
  ['PROPFIND', propfind],
  ['PROPPATCH', proppatch],
  ['LOCK', lock],
  ['UNLOCK', unlock],
]);

/** These change whole trees, so they run one after another. */
const inTurns: ReadonlySet<DavMethod> = new Set([copy, move, remove]);

/** Why this engine refuses a method; undefined if it has the method. */
export function refusalOfDavMethod(method: string): Refusal | undefined {
  return methods.has(method)
    ? undefined
    : { failure: 'method-not-allowed', sentence: `This server does not support the method ${method} here.` };
}

/**
 * Answers one WebDAV request (RFC 4918).
 * @throws Failure `method-not-allowed` with Allow for a method that this engine does not have, and the methods' own
 */
export async function handleDav(
  read: Omit<DavRequest, 'conditions'>,
  context: DavContext,
): Promise<HttpResponse> {
  const request = { ...read, conditions: readIf(read.headers.if) };
  const method = methods.get(request.method);
  if (!method) throw await noSuchMethod(request);
  const answer = async (): Promise<HttpResponse> => {
    // LOCK checks this itself, because a failed refresh has a status of its own.
    if (method !== lock) await requireIf(request, context);
    return method(request, context);
  };
  return inTurns.has(method) ? inTurn(request, context, answer) : answer();
}

async function noSuchMethod({ method, path, storage }: DavRequest): Promise<Failure> {
  const stat = await storage.stat(path);
  const sentence = refusalOfDavMethod(method)?.sentence ?? '';
  return new Failure('method-not-allowed', sentence, { headers: [['Allow', allowedMethods(path, stat)]] });
}
