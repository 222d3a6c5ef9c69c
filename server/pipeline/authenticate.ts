import type { Identity } from '../../src/access/identity.js';
import type { Credentials } from '../../src/credentials/authenticator.js';
import { Failure } from '../../src/failure.js';
import { basicChallenge } from '../../src/http/basic-auth.js';
import { readCookie } from '../../src/http/cookies.js';
import { loginRedirect } from '../../src/http/login-redirect.js';
import type { HttpResponse } from '../../src/http/message.js';
import { cookiesCount } from '../../src/http/origin.js';
import { asksForPage } from '../../src/http/page-request.js';
import { optionsForAnyone } from '../shares/root.js';
import type { IncomingRequest } from '../shares/incoming-request.js';
import type { RequestRecord } from './request-record.js';
import { SentCredentials } from './request-credentials.js';
import type { PasswordLogin } from './password-login.js';
import type { SiteSessions } from './site-sessions.js';

interface AuthenticateParts {
  readonly passwords: PasswordLogin;
  /** Undefined if davgate does not use the site's sessions. */
  readonly sessions?: SiteSessions | undefined;
  readonly realm: string;
  /** The origin that browsers use for this server; if undefined, it is taken from each request. */
  readonly publicOrigin?: string | undefined;
  /** Whether `DOMAIN\\user`, as Windows sends it, signs in as `user`. */
  readonly stripDomain?: boolean;
}

/** Authenticates a request. Returns the response itself if no user is needed, or if they must sign in first. */
export type Authenticate = (
  request: IncomingRequest,
  record: RequestRecord,
) => Identity | HttpResponse | Promise<Identity | HttpResponse>;

/**
 * Authenticates by password, or by a session of the site. Every request needs a user, with one exception: Windows sends
 * OPTIONS to the root without credentials and remembers a refusal, so davgate answers this to anyone.
 * @throws Failure `unauthenticated` with the challenge; `too-many-requests` with Retry-After; `unavailable` if Django's
 *   database or the counter of failed logins does not answer
 */
export function authenticate(parts: AuthenticateParts): Authenticate {
  const { passwords, realm, stripDomain = false } = parts;
  const sent = new SentCredentials(stripDomain);
  const challenge = [['WWW-Authenticate', basicChallenge(realm)]] as const;
  const ask = async (
    request: IncomingRequest,
    record: RequestRecord,
    credentials: Credentials | undefined,
  ): Promise<Identity | HttpResponse> => {
    const { method, target, headers, client } = request;
    const withoutPassword = headers.authorization === undefined;
    if (withoutPassword && method === 'OPTIONS' && target.path === '/') return optionsForAnyone;
    const bySession = withoutPassword ? await sessionIdentity(request, parts) : undefined;
    if (bySession) return bySession;
    if (withoutPassword) {
      const redirect = redirectToLogin(request, parts);
      if (redirect) return redirect;
      throw new Failure('unauthenticated', 'Sign in to continue.', { headers: challenge });
    }
    const share = record.share?.declared.path;
    const { address } = client;
    const identity =
      credentials && (await passwords.login(credentials, { address, requestId: request.id, share }));
    if (identity) return identity;
    throw new Failure('unauthenticated', 'The user name or password is wrong.', { headers: challenge });
  };
  return (request, record) => {
    const credentials = sent.of(request.body);
    if (credentials) record.sentUser = credentials.username.slice(0, 254);
    // Nearly all requests carry recently verified credentials, and need not wait.
    return (
      (credentials && passwords.recall(credentials, request.client.address)) ??
      ask(request, record, credentials)
    );
  };
}

/** The user of the site's session, if the request may use it: other sites must not write with a user's cookie. */
async function sessionIdentity(
  { method, headers, origin }: IncomingRequest,
  { sessions }: AuthenticateParts,
): Promise<Identity | undefined> {
  if (!sessions || !cookiesCount(method, headers, origin())) return undefined;
  const cookie = readCookie(headers.cookie, sessions.settings.cookieName);
  return cookie === undefined ? undefined : sessions.authenticator.authenticate(cookie);
}

/** Redirects browsers to the site's login page. Other clients are asked for a password. */
function redirectToLogin(
  { method, headers, target }: IncomingRequest,
  { sessions, publicOrigin }: AuthenticateParts,
): HttpResponse | undefined {
  const loginUrl = sessions?.settings.loginUrl;
  if (loginUrl === undefined || !asksForPage(method, headers)) return undefined;
  const location = loginRedirect(loginUrl, target, publicOrigin);
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
