import type { IncomingMessage, ServerResponse } from 'node:http';
import { limitsOf } from '../../src/config/limits.js';
import { Failure } from '../../src/failure.js';
import { listen, type RunningServer } from './http-server.js';
import type { Log } from '../observability/log.js';
import type { MetricsText } from '../observability/metrics.js';
import { dropRest, restOfStrangers } from './unread-body.js';
import { portTrouble } from './port-errors.js';

interface MetricsPlace {
  readonly host: string;
  /** 0 for any free port, which the log shows. */
  readonly port: number;
}

/**
 * Answers GET /metrics on a separate port, since the metrics are for the administrator only.
 * @throws Failure `unavailable` with the reason why the port cannot be opened
 */
export async function listenForMetrics(
  metrics: MetricsText,
  { host, port }: MetricsPlace,
  log: Log,
): Promise<RunningServer> {
  const handler = (req: IncomingMessage, res: ServerResponse): Promise<void> =>
    answer(metrics, req, res).catch((err: unknown) => {
      log.error({ err }, 'metrics failed');
      if (!res.headersSent) res.writeHead(500);
      res.end();
    });
  let server: RunningServer;
  try {
    server = await listen(handler, { host, port, limits: limitsOf(undefined) });
  } catch (cause) {
    throw new Failure('unavailable', `"metrics": ${portTrouble('metrics', { host, port }, cause)}.`, {
      cause,
    });
  }
  log.info({ host, port: server.address.port }, 'metrics listening');
  return server;
}

async function answer(metrics: MetricsText, req: IncomingMessage, res: ServerResponse): Promise<void> {
  dropRest(req, restOfStrangers.bytes);
  if (req.url?.split('?', 1)[0] !== '/metrics') {
    res.writeHead(404).end();
    return;
  }
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const text = await metrics.text();
  res.writeHead(200, { 'Content-Type': metrics.contentType, 'Content-Length': Buffer.byteLength(text) });
  res.end(req.method === 'HEAD' ? undefined : text);
}
