import { isFailure, statusOf, toFailure } from '../../src/failure.js';
import type { Log } from '../log.js';
import { readsSvnErrors } from '../../src/svn/error-body.js';
import { errorResponse } from '../error-response.js';
import { ClientGone, type Middleware, type RequestState } from '../state.js';

/**
 * Turns whatever went wrong into an answer; the one place that does. An internal fault is logged with its cause, a
 * refusal with its reason.
 */
export function errors(log: Log): Middleware {
  return async (context, next) => {
    try {
      await next();
    } catch (error) {
      const { req, state } = context;
      const failure = toFailure(error);
      const { requestId } = state;
      const internal = statusOf(failure.kind) >= 500;
      if (error instanceof ClientGone) return;
      if (!isFailure(error) || (internal && error.cause !== undefined)) {
        log.error({ requestId, err: error, kind: failure.kind }, 'the request failed');
      } else if (internal) {
        const { message: reason, kind, advice } = failure;
        log.warn({ requestId, reason, ...(advice !== undefined && { advice }), kind }, 'the request failed');
      }
      state.response = errorResponse(failure, {
        accept: req.headers.accept,
        // By the share's kind only to somebody who may know that there is one.
        svn: readsSvnErrors(req.headers['user-agent']) || (state.identity !== undefined && isSvn(state)),
        requestId: state.requestId,
      });
    }
  };
}

function isSvn({ located }: RequestState): boolean {
  return located?.share.kind === 'svn';
}
