import type { IncomingMessage, ServerResponse } from 'node:http';
import { Batch } from '../../src/async/batch.js';
import type { Log } from '../observability/log.js';
import type { Middleware, RequestRecord } from './request-record.js';

/** The log truncates raw targets to this many characters. */
const longestTarget = 1024;

/**
 * Logs one line about the request, soon after the response has ended. Omits the query, which may contain secrets.
 */
export function accessLog(log: Log, now: () => number): Middleware {
  const lines = new Batch();
  return (context, next) => {
    const started = now();
    const { req, res, state } = context;
    res.once('close', () => {
      const milliseconds = Math.round((now() - started) * 10) / 10;
      lines.add(() => {
        log.info(described(req, res, state.record, milliseconds), 'request');
      });
    });
    return next();
  };
}

function described(
  req: IncomingMessage,
  res: ServerResponse,
  record: RequestRecord,
  milliseconds: number,
): object {
  const [path = ''] = (req.url ?? '').split('?', 1);
  return {
    requestId: record.id,
    address: record.address,
    method: req.method,
    path: path.slice(0, longestTarget),
    status: res.headersSent ? res.statusCode : undefined,
    complete: res.writableFinished || record.answered === true,
    milliseconds,
    user: record.user ?? record.sentUser,
    share: record.share?.declared.path,
  };
}
