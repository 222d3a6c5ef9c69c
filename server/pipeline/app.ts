import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa from 'koa';
import composeMiddlewares from 'koa-compose';
import type { Authenticator } from '../../src/credentials/authenticator.js';
import type { Throttle } from '../../src/credentials/throttle.js';
import { Audit } from '../observability/audit.js';
import type { Log } from '../observability/log.js';
import type { Metrics } from '../observability/metrics.js';
import { accessLog } from './access-log.js';
import { answer, type AnswerParts } from './answer.js';
import { authenticate, type Authenticate } from './authenticate.js';
import { errors } from './errors.js';
import { measure } from './measure.js';
import { PasswordLogin } from './password-login.js';
import type { RequestState } from './request-record.js';
import { respond } from './respond.js';
import type { SiteSessions } from './site-sessions.js';

/** What an app is made of. */
export interface AppParts extends AnswerParts {
  readonly realm: string;
  readonly authenticator: Authenticator;
  /** Missing where the site's sessions are not read. */
  readonly sessions: SiteSessions | undefined;
  readonly throttle: Throttle;
  /** Whether `DOMAIN\user` signs in as `user`. */
  readonly stripDomain: boolean;
  readonly log: Log;
  /** Missing where nobody asks for them. */
  readonly metrics: Metrics | undefined;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** A client that goes away is no fault; the access log shows that its answer is not complete. */
function isConnectionLoss(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/**
 * The application, listening nowhere yet.
 * @param identify finds out who asks; default: by the site's users
 */
export function createApp(parts: AppParts, identify: Authenticate = byUsers(parts)): Koa<RequestState> {
  const { log, metrics, now } = parts;
  const app = new Koa<RequestState>();
  app.on('error', (error: unknown) => {
    if (isConnectionLoss(error)) return;
    log.error({ err: error }, 'a request failed outside its error handler');
  });
  if (metrics) app.use(measure(metrics, now));
  return app.use(accessLog(log, now)).use(respond(log)).use(errors(log)).use(answer(parts, identify));
}

/** Finds out who asks by the site's users. */
export function byUsers(
  parts: Pick<
    AppParts,
    'realm' | 'authenticator' | 'sessions' | 'throttle' | 'publicOrigin' | 'stripDomain' | 'log' | 'metrics'
  >,
): Authenticate {
  const { realm, authenticator, sessions, throttle, publicOrigin, stripDomain, log, metrics } = parts;
  const audit = new Audit(log, (outcome) => metrics?.login(outcome));
  const passwords = new PasswordLogin({ authenticator, throttle, audit });
  return authenticate({ passwords, sessions, realm, publicOrigin, stripDomain });
}

/**
 * Has the application answer. Koa's own callback hangs listeners on each answer and its connection, for bodies and faults
 * that only respond.ts and errors.ts know here.
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
