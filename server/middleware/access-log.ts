import { randomUUID } from 'node:crypto';
import type { Log } from '../log.js';
import type { Middleware } from '../state.js';

/** Raw targets are cut to this many characters in the log. */
const longestTarget = 1024;

/** Gives the request its id and, when the answer is over, writes one line about it. Queries may hold secrets: none. */
export function accessLog(log: Log, now: () => number): Middleware {
  return async (context, next) => {
    const started = now();
    const { req, res, state } = context;
    state.requestId = randomUUID();
    res.once('close', () => {
      const [path = ''] = (req.url ?? '').split('?', 1);
      log.info(
        {
          requestId: state.requestId,
          address: state.address,
          method: req.method,
          path: path.slice(0, longestTarget),
          status: res.headersSent ? res.statusCode : undefined,
          complete: res.writableFinished,
          milliseconds: Math.round((now() - started) * 10) / 10,
          user: state.identity?.username ?? state.claimedUser,
          share: state.located?.share.declared.path,
        },
        'request',
      );
    });
    await next();
  };
}
