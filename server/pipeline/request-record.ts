import type { Middleware as KoaMiddleware } from 'koa';
import type { HttpResponse } from '../../src/http/message.js';
import type { Share } from '../shares/share.js';

/** What is told of a request afterwards, in the log and in the form of an error, as it becomes known. */
export interface RequestRecord {
  /** Names the request in log lines and error answers. */
  readonly id: string;
  /** The client's, through trusted proxies; missing when the connection was gone too soon. */
  address?: string;
  /** The user name that was sent, right or wrong. */
  sentUser?: string;
  /** Who it is. */
  user?: string;
  /** The share that the target lies in. */
  share?: Share;
  /** Whether all of the answer is out, which ends a little later so that the client sees it. */
  answered?: boolean;
  /** Gives the place among the requests under way back; only the first call counts. */
  giveBack?: () => void;
}

/** What the outer middlewares hand to each other. */
export interface RequestState {
  record: RequestRecord;
  /** What respond.ts writes. */
  response?: HttpResponse;
}

export type Middleware = KoaMiddleware<RequestState>;
