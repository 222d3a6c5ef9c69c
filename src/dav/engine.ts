import { Failure } from '../failure.js';
import type { HttpResponse } from '../http/message.js';
import { allowedMethods } from './allowed-methods.js';
import type { DavContext, DavMethod, DavRequest } from './context.js';
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

/** They change whole trees, one after another. */
const inTurns: ReadonlySet<DavMethod> = new Set([copy, move, remove]);

/** Whether this engine has `method`; it answers every other with 405. */
export function isDavMethod(method: string): boolean {
  return methods.has(method);
}

/**
 * Answers one WebDAV request (RFC 4918).
 * @throws Failure `method-not-allowed` with Allow for a method this engine does not have, and the methods' own
 */
export async function handleDav(request: DavRequest, context: DavContext): Promise<HttpResponse> {
  const method = methods.get(request.method);
  if (method) {
    const answer = async (): Promise<HttpResponse> => {
      // LOCK does this itself: where it is a refresh, the failure has a name of its own.
      if (method !== lock) await requireIf(request, context);
      return method(request, context);
    };
    return inTurns.has(method) ? inTurn(request, context, answer) : answer();
  }
  const stat = await request.storage.stat(request.path);
  throw new Failure('method-not-allowed', `${request.method} is not known here.`, {
    headers: [['Allow', allowedMethods(request.path, stat)]],
  });
}
