import type { Context, Middleware as KoaMiddleware } from 'koa';
import type { Identity } from '../src/access/identity.js';
import type { HttpResponse } from '../src/http/message.js';
import type { Spelling } from '../src/http/spelling.js';
import type { Target } from '../src/http/target.js';
import { Failure } from '../src/failure.js';
import type { Located } from './shares.js';

/** What is known of a request so far; each middleware adds its part. */
export interface RequestState {
  /** Names the request in log lines and error answers. */
  requestId: string;
  /** The client's, through trusted proxies; missing when the connection was gone too soon. */
  address?: string;
  /** Whether a trusted proxy sent the request. */
  throughProxy?: boolean;
  target?: Target;
  located?: Located;
  /** How the client spells the target, where it found it by another name. */
  spelling?: Spelling;
  /** Where COPY and MOVE lead. */
  destination?: Located;
  /** The user name that was sent, right or wrong; for the log. */
  claimedUser?: string;
  identity?: Identity;
  /** Whether all of the answer is out, which ends a little later so that the client sees it. */
  answered?: boolean;
  /** Gives the place among the requests under way back; only the first call counts. */
  giveBack?: () => void;
  /** What respond.ts writes. */
  response?: HttpResponse;
}

export type Middleware = KoaMiddleware<RequestState>;
export type RequestContext = Parameters<Middleware>[0] & Pick<Context, 'req' | 'res'>;

/** The client has closed the connection: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** A part of the state that an earlier middleware has set. */
export function known<T>(part: T | undefined): T {
  if (part === undefined) throw new Failure('internal', 'The server is put together wrongly.');
  return part;
}
