import type { Metrics } from '../observability/metrics.js';
import type { Middleware } from './request-record.js';

/** Counts and times requests. */
export function measure(metrics: Metrics, now: () => number): Middleware {
  return ({ req, res, state }, next) => {
    const started = now();
    metrics.requestBegun();
    res.once('close', () => {
      metrics.requestEnded({
        method: req.method ?? '',
        kind: state.record.share?.declared.kind,
        status: res.headersSent ? res.statusCode : undefined,
        seconds: (now() - started) / 1000,
      });
    });
    return next();
  };
}
