import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa from 'koa';
import compose from 'koa-compose';
import type { Authenticator } from '../src/credentials/authenticator.js';
import type { Throttle } from '../src/credentials/throttle.js';
import type { DavContext, UserPart } from '../src/dav/context.js';
import type { TrustedProxies } from '../src/http/client-address.js';
import { Audit } from './audit.js';
import type { Log } from './log.js';
import type { Metrics } from './metrics.js';
import { accessLog } from './middleware/access-log.js';
import { authenticate } from './middleware/authenticate.js';
import { authorize } from './middleware/authorize.js';
import { checkHead } from './middleware/check-head.js';
import { limitRequests } from './middleware/limit-requests.js';
import { macNames } from './middleware/mac-names.js';
import { locateClient } from './middleware/locate-client.js';
import { errors } from './middleware/errors.js';
import { locateShare } from './middleware/locate-share.js';
import { measure } from './middleware/measure.js';
import { portableNames } from './middleware/portable-names.js';
import { respond } from './middleware/respond.js';
import { serve } from './middleware/serve.js';
import type { RequestLimits, RequestsUnderWay } from './requests-under-way.js';
import { PasswordLogin } from './password-login.js';
import type { MountedShare } from './shares.js';
import type { SiteSessions } from './sessions.js';
import type { Middleware, RequestState } from './state.js';

/** What an app is made of. */
export interface AppParts {
  readonly realm: string;
  readonly shares: readonly MountedShare[];
  readonly authenticator: Authenticator;
  /** Missing where the site's sessions are not read. */
  readonly sessions: SiteSessions | undefined;
  readonly throttle: Throttle;
  readonly trustedProxies: TrustedProxies;
  /** This server as browsers address it; undefined: what requests say. */
  readonly publicOrigin: string | undefined;
  /** Whether `DOMAIN\user` signs in as `user`. */
  readonly stripDomain: boolean;
  readonly dav: Omit<DavContext, UserPart>;
  /** Counted beyond a reload. */
  readonly underWay: RequestsUnderWay;
  readonly requestLimits: RequestLimits;
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

/** The application, listening nowhere yet. */
export function createApp(parts: AppParts): Koa<RequestState> {
  const { realm, shares, authenticator, sessions, throttle, publicOrigin, stripDomain, log, metrics } = parts;
  const audit = new Audit(log, (outcome) => metrics?.login(outcome));
  const passwords = new PasswordLogin({ authenticator, throttle, audit });
  return createAppBehind(parts, [
    authenticate({ passwords, sessions, realm, publicOrigin, stripDomain }),
    limitRequests(parts.underWay, parts.requestLimits),
    portableNames(),
    macNames(shares),
    authorize(shares, publicOrigin),
  ]);
}

/** The application with other middlewares at its entrance: they decide who comes in, and set the identity. */
export function createAppBehind(parts: AppParts, entrance: readonly Middleware[]): Koa<RequestState> {
  const { shares, trustedProxies, publicOrigin, dav, log, metrics, now } = parts;
  const app = new Koa<RequestState>();
  app.on('error', (error: unknown) => {
    if (isConnectionLoss(error)) return;
    log.error({ err: error }, 'a request failed outside its error handler');
  });
  if (metrics) app.use(measure(metrics, now));
  app
    .use(locateClient(trustedProxies))
    .use(accessLog(log, now))
    .use(respond(log))
    .use(errors(log))
    .use(checkHead())
    .use(locateShare(shares));
  for (const middleware of entrance) app.use(middleware);
  return app.use(serve({ shares, publicOrigin, dav, since: Date.now() }));
}

/**
 * Has the application answer. Koa's own callback hangs listeners on each answer and its connection, for bodies and faults
 * that only respond.ts and errors.ts know here.
 */
export function handlerOf(
  app: Koa<RequestState>,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const answer = compose(app.middleware);
  return async (req, res) => {
    const context = app.createContext(req, res);
    try {
      await answer(context);
    } catch (error) {
      app.emit('error', error, context);
      req.socket.destroy();
    }
  };
}
