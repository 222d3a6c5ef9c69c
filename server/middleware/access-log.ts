import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Batch } from '../batch.js';
import type { Log } from '../log.js';
import type { Middleware, RequestState } from '../state.js';

/** Raw targets are cut to this many characters in the log. */
const longestTarget = 1024;

/**
 * Gives the request its id and, soon after the answer is over, writes one line about it. Queries may hold secrets: none.
 */
export function accessLog(log: Log, now: () => number): Middleware {
  const lines = new Batch();
  return (context, next) => {
    const started = now();
    const { req, res, state } = context;
    state.requestId = randomUUID();
    res.once('close', () => {
      const milliseconds = Math.round((now() - started) * 10) / 10;
      lines.add(() => {
        log.info(described(req, res, state, milliseconds), 'request');
      });
    });
    return next();
  };
}

function described(
  req: IncomingMessage,
  res: ServerResponse,
  state: RequestState,
  milliseconds: number,
): object {
  const [path = ''] = (req.url ?? '').split('?', 1);
  return {
    requestId: state.requestId,
    address: state.address,
    method: req.method,
    path: path.slice(0, longestTarget),
    status: res.headersSent ? res.statusCode : undefined,
    complete: res.writableFinished || state.answered === true,
    milliseconds,
    user: state.identity?.username ?? state.claimedUser,
    share: state.located?.share.declared.path,
  };
}
