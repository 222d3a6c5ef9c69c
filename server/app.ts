import Koa from 'koa';
import type { Authenticator } from '../src/credentials/authenticator.js';
import type { DavContext } from '../src/dav/context.js';
import type { Log } from './log.js';
import { accessLog } from './middleware/access-log.js';
import { authenticate } from './middleware/authenticate.js';
import { authorize } from './middleware/authorize.js';
import { errors } from './middleware/errors.js';
import { locateShare } from './middleware/locate-share.js';
import { respond } from './middleware/respond.js';
import { serve } from './middleware/serve.js';
import type { MountedShare } from './shares.js';
import type { RequestState } from './state.js';

/** What an app is made of. */
export interface AppParts {
  readonly realm: string;
  readonly shares: readonly MountedShare[];
  readonly authenticator: Authenticator;
  readonly dav: Pick<DavContext, 'properties' | 'xmlLimits'>;
  readonly log: Log;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** The application, listening nowhere yet. */
export function createApp({ realm, shares, authenticator, dav, log, now }: AppParts): Koa<RequestState> {
  const app = new Koa<RequestState>();
  app.on('error', (error: unknown) => {
    log.error({ err: error }, 'a request failed outside its error handler');
  });
  return app
    .use(accessLog(log, now))
    .use(respond(log))
    .use(errors(log))
    .use(locateShare(shares))
    .use(authenticate(authenticator, realm))
    .use(authorize(shares))
    .use(serve({ shares, dav }));
}
