import { isFailure, statusOf, toFailure } from '../../src/failure.js';
import type { Log } from '../observability/log.js';
import { readsSvnErrors } from '../../src/svn/error-body.js';
import { errorResponse } from '../pages/error-response.js';
import { ClientGone } from '../../src/async/when-gone.js';
import { kinds } from '../shares/kinds.js';
import type { Middleware, RequestRecord } from './request-record.js';

/**
 * Turns every error into a response; nothing else does. Logs an internal error with its cause, and a refusal with its
 * reason.
 */
export function errors(log: Log): Middleware {
  return async (context, next) => {
    try {
      await next();
    } catch (error) {
      const { req, state } = context;
      const failure = toFailure(error);
      const { record } = state;
      const { id: requestId } = record;
      const internal = statusOf(failure.kind) >= 500;
      if (error instanceof ClientGone) return;
      if (!isFailure(error) || (internal && error.cause !== undefined)) {
        log.error({ requestId, err: error, kind: failure.kind }, 'request failed');
      } else if (internal) {
        const { message: reason, kind, advice } = failure;
        log.warn({ requestId, reason, ...(advice !== undefined && { advice }), kind }, 'request failed');
      }
      state.response = errorResponse(failure, {
        accept: req.headers.accept,
        // Only an authenticated user may learn the kind of the share from the format.
        svn: readsSvnErrors(req.headers['user-agent']) || (record.user !== undefined && isSvn(record)),
        requestId,
      });
    }
  };
}

function isSvn({ share }: RequestRecord): boolean {
  return share !== undefined && kinds[share.declared.kind].errors === 'svn';
}
