import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa from 'koa';
import composeMiddlewares from 'koa-compose';
import type { PieceBuffers } from '../../src/async/piece-buffers.js';
import type { Authenticator } from '../../src/credentials/authenticator.js';
import type { Throttle } from '../../src/credentials/throttle.js';
import { Audit } from '../observability/audit.js';
import type { Log } from '../observability/log.js';
import type { Metrics } from '../observability/metrics.js';
import { accessLog } from './access-log.js';
import { answer, type AnswerParts } from './handle-request.js';
import { authenticate, type Authenticate, type AuthenticateParts } from './authenticate.js';
import { errors } from './error-handler.js';
import { measure } from './request-metrics.js';
import { PasswordLogin } from './password-login.js';
import { needsNoName } from './needs-no-name.js';
import type { RequestState } from './request-record.js';
import { respond } from './respond.js';

/** The parts of an app. */
export interface AppParts extends AnswerParts {
  readonly authenticator: Authenticator;
  readonly throttle: Throttle;
  /** Whether `DOMAIN\user` signs in as `user`. */
  readonly stripDomain: boolean;
  readonly log: Log;
  /** Undefined if the declaration has no "metrics". */
  readonly metrics: Metrics | undefined;
  /** Memory for large bodies; outlives a reload. */
  readonly pieces: PieceBuffers;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** A client that disconnects is not an error. The access log shows that its response is incomplete. */
function isConnectionLoss(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/**
 * Creates the application. It does not listen yet.
 * @param identify authenticates requests; by default, against the site's users
 */
export function createApp(
  parts: AppParts,
  identify: Authenticate = byUsers(parts, (request) => needsNoName(request, parts.shares)),
): Koa<RequestState> {
  const { log, metrics, now, pieces } = parts;
  const app = new Koa<RequestState>();
  app.on('error', (error: unknown) => {
    if (isConnectionLoss(error)) return;
    log.error({ err: error }, 'request failed outside its error handler');
  });
  if (metrics) app.use(measure(metrics, now));
  return app.use(accessLog(log, now)).use(respond(log, pieces)).use(errors(log)).use(answer(parts, identify));
}

/** Authenticates by the site's users. @param isOpenToEverybody whether a request needs no user */
export function byUsers(
  parts: Pick<
    AppParts,
    'realm' | 'authenticator' | 'sessions' | 'throttle' | 'publicOrigin' | 'stripDomain' | 'log' | 'metrics'
  >,
  isOpenToEverybody: AuthenticateParts['isOpenToEverybody'],
): Authenticate {
  const { realm, authenticator, sessions, throttle, publicOrigin, stripDomain, log, metrics } = parts;
  const audit = new Audit(log, (outcome) => metrics?.login(outcome));
  const passwords = new PasswordLogin({ authenticator, throttle, audit });
  return authenticate({ passwords, sessions, realm, publicOrigin, stripDomain, isOpenToEverybody });
}

/**
 * Makes the application answer requests. Koa's own callback adds listeners to each response and its connection, for
 * bodies and errors; here, respond.ts and error-handler.ts handle both.
 */
export function handlerOf(
  app: Koa<RequestState>,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const handle = composeMiddlewares(app.middleware);
  return async (req, res) => {
    const context = app.createContext(req, res);
    try {
      context.state.record = { id: randomUUID() };
      await handle(context);
    } catch (error) {
      app.emit('error', error, context);
      req.socket.destroy();
    }
  };
}
