import type { Middleware as KoaMiddleware } from 'koa';
import type { HttpResponse } from '../../src/http/message.js';
import type { Share } from '../shares/share.js';

/** Facts about a request for the log and for error responses, filled in as they become known. */
export interface RequestRecord {
  /** Identifies the request in log lines and error responses. */
  readonly id: string;
  /** The client's address, also through trusted proxies; undefined if the connection closed too early. */
  address?: string;
  /** The user name in the request, right or wrong. */
  sentUser?: string;
  /** The authenticated user. */
  user?: string;
  /** Whom the request is counted to: a user, or a network of people without a name. */
  owner?: string;
  /** The share that contains the target. */
  share?: Share;
  /** Whether the whole response has been written. It ends a little later, so that the client can read it. */
  answered?: boolean;
  /** Releases the place among the requests under way. Only the first call has an effect. */
  giveBack?: () => void;
}

/** The state that the outer middlewares share. */
export interface RequestState {
  record: RequestRecord;
  /** The response for respond.ts to write. */
  response?: HttpResponse;
}

export type Middleware = KoaMiddleware<RequestState>;
