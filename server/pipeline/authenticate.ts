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
import type { Asking } from '../shares/incoming-request.js';
import type { RequestRecord } from './request-record.js';
import { SentCredentials } from './sent-credentials.js';
import type { PasswordLogin } from './password-login.js';
import type { SiteSessions } from './site-sessions.js';

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

/** Finds out who is asking. Gives the answer itself where that needs nobody, or a person must sign in first. */
export type Authenticate = (
  request: Asking,
  record: RequestRecord,
) => Identity | HttpResponse | Promise<Identity | HttpResponse>;

/**
 * By password, or by a session at the site. Everybody must be somebody, with one exception: Windows probes OPTIONS on the
 * root without credentials and remembers a refusal, so that much is answered to anyone.
 * @throws Failure `unauthenticated` with the challenge; `too-many-requests` with Retry-After; `unavailable` when Django's
 *   database or the counter of failed logins does not answer
 */
export function authenticate(parts: AuthenticateParts): Authenticate {
  const { passwords, realm, stripDomain = false } = parts;
  const sent = new SentCredentials(stripDomain);
  const challenge = [['WWW-Authenticate', basicChallenge(realm)]] as const;
  const ask = async (
    request: Asking,
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
      throw new Failure('unauthenticated', 'Sign in to go on.', { headers: challenge });
    }
    const share = record.share?.declared.path;
    const { address } = client;
    const identity =
      credentials && (await passwords.login(credentials, { address, requestId: request.id, share }));
    if (identity) return identity;
    throw new Failure('unauthenticated', 'The user name or the password is wrong.', { headers: challenge });
  };
  return (request, record) => {
    const credentials = sent.of(request);
    if (credentials) record.sentUser = credentials.username.slice(0, 254);
    // Nearly all requests carry what was verified a moment ago: they wait for nothing.
    return (
      (credentials && passwords.recall(credentials, request.client.address)) ??
      ask(request, record, credentials)
    );
  };
}

/** Who is logged in at the site, where the request may use that: no other site may write through a person's cookie. */
async function sessionIdentity(
  { method, headers, origin }: Asking,
  { sessions }: AuthenticateParts,
): Promise<Identity | undefined> {
  if (!sessions || !cookiesCount(method, headers, origin())) return undefined;
  const cookie = readCookie(headers.cookie, sessions.settings.cookieName);
  return cookie === undefined ? undefined : sessions.authenticator.authenticate(cookie);
}

/** A person with a browser is sent to the site's login page; any other client is asked for a password. */
function redirectToLogin(
  { method, headers, target }: Asking,
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
