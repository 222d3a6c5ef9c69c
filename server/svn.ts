import type { Identity } from '../src/access/identity.js';
import { Failure } from '../src/failure.js';
import { pairs } from '../src/http/hop-by-hop.js';
import type { HttpResponse } from '../src/http/message.js';
import type { SvnService } from './shares.js';
import type { RequestContext } from './state.js';

/** Sends the request on to Apache in the name of the user. */
export async function forwardToSvn(
  { req, res }: RequestContext,
  service: SvnService,
  identity: Identity,
): Promise<HttpResponse> {
  if (service.kind === 'missing') throw new Failure('unavailable', service.reason);
  const gone = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) gone.abort(new Error('The client is gone.'));
  });
  return service.upstream.forward({
    method: req.method ?? '',
    rawTarget: req.url ?? '/',
    headers: pairs(req.rawHeaders),
    body: req,
    username: identity.username,
    signal: gone.signal,
  });
}
