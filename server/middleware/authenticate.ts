import type { Identity } from '../../src/access/identity.js';
import type { Credentials } from '../../src/credentials/authenticator.js';
import { Failure } from '../../src/failure.js';
import { basicChallenge } from '../../src/http/basic-auth.js';
import { publicOrigin as originOfRequest } from '../../src/http/client-address.js';
import { readCookie } from '../../src/http/cookies.js';
import { loginRedirect } from '../../src/http/login-redirect.js';
import type { HttpResponse } from '../../src/http/message.js';
import { cookiesCount } from '../../src/http/origin.js';
import { asksForPage } from '../../src/http/page-request.js';
import { Claims } from '../claims.js';
import type { PasswordLogin } from '../password-login.js';
import { headersOf } from '../request-headers.js';
import type { SiteSessions } from '../sessions.js';
import { known, type Middleware, type RequestContext } from '../state.js';

export interface AuthenticateParts {
  readonly passwords: PasswordLogin;
  /** Missing where the site's sessions are not read. */
  readonly sessions?: SiteSessions | undefined;
  readonly realm: string;
  /** This server as browsers address it; undefined: what the request says. */
  readonly publicOrigin?: string | undefined;
  /** Whether `DOMAIN\\user`, as Windows sends it, signs in as `user`. */
  readonly stripDomain?: boolean;
}

/**
 * Finds out who is asking: by password, or by a session at the site. Everybody must be somebody, with one exception:
 * Windows probes OPTIONS on the root without credentials and remembers a refusal, so that much is answered to anyone.
 * @throws Failure `unauthenticated` with the challenge; `too-many-requests` with Retry-After; `unavailable` when Django's
 *   database or the counter of failed logins does not answer
 */
export function authenticate(parts: AuthenticateParts): Middleware {
  const claims = new Claims(parts.stripDomain === true);
  const claimed = ({ req, state }: RequestContext): Credentials | undefined => {
    const credentials = claims.of(req);
    if (credentials) state.claimedUser = credentials.username.slice(0, 254);
    return credentials;
  };
  const challenge = [['WWW-Authenticate', basicChallenge(parts.realm)]] as const;
  const ask = async (context: RequestContext, next: () => Promise<unknown>): Promise<void> => {
    const { req, state } = context;
    const withoutPassword = req.headers.authorization === undefined;
    if (withoutPassword && req.method === 'OPTIONS' && state.target?.path === '/') {
      await next();
      return;
    }
    const bySession = withoutPassword ? await sessionIdentity(context, parts) : undefined;
    if (withoutPassword && !bySession) {
      const redirect = redirectToLogin(context, parts);
      if (!redirect) throw new Failure('unauthenticated', 'Sign in to go on.', { headers: challenge });
      state.response = redirect;
      return;
    }
    const identity = bySession ?? (await passwordIdentity(context, parts, claimed(context)));
    if (!identity) {
      throw new Failure('unauthenticated', 'The user name or the password is wrong.', { headers: challenge });
    }
    state.identity = identity;
    await next();
  };
  // Nearly all requests carry what was verified a moment ago: they wait for nothing.
  return (context, next) => {
    const credentials = claimed(context);
    const known = credentials && parts.passwords.recall(credentials, context.state.address);
    if (!known) return ask(context, next);
    context.state.identity = known;
    return next();
  };
}

function passwordIdentity(
  { state }: RequestContext,
  parts: AuthenticateParts,
  claimed: Credentials | undefined,
): Promise<Identity | undefined> | undefined {
  const { address, requestId, located } = state;
  return (
    claimed && parts.passwords.login(claimed, { address, requestId, share: located?.share.declared.path })
  );
}

/** Who is logged in at the site, where the request may use that: no other site may write through a person's cookie. */
async function sessionIdentity(
  { req, state }: RequestContext,
  { sessions, publicOrigin }: AuthenticateParts,
): Promise<Identity | undefined> {
  if (!sessions) return undefined;
  const headers = headersOf(req.headers);
  const origin = publicOrigin ?? originOfRequest(headers, state.throughProxy === true);
  if (!cookiesCount(req.method ?? '', headers, origin)) return undefined;
  const cookie = readCookie(headers.cookie, sessions.settings.cookieName);
  return cookie === undefined ? undefined : sessions.authenticator.authenticate(cookie);
}

/** A person with a browser is sent to the site's login page; any other client is asked for a password. */
function redirectToLogin(
  { req, state }: RequestContext,
  { sessions, publicOrigin }: AuthenticateParts,
): HttpResponse | undefined {
  const loginUrl = sessions?.settings.loginUrl;
  if (loginUrl === undefined || !asksForPage(req.method ?? '', headersOf(req.headers))) return undefined;
  const location = loginRedirect(loginUrl, known(state.target), publicOrigin);
  if (location === undefined) return undefined;
  return {
    status: 302,
    headers: [
      ['Location', location],
      ['Cache-Control', 'no-store'],
      ['Vary', 'Cookie'],
      ['Content-Length', '0'],
    ],
  };
}
