import { anonymous, type Identity, type Visitor } from '../../src/access/identity.js';
import type { Credentials } from '../../src/credentials/authenticator.js';
import { readCookie } from '../../src/http/cookies.js';
import { isFailure } from '../../src/failure.js';
import type { HttpResponse } from '../../src/http/message.js';
import { cookiesCount } from '../../src/http/origin.js';
import { optionsForAnyone } from '../shares/root.js';
import type { Asking } from '../shares/incoming-request.js';
import type { RequestRecord } from './request-record.js';
import { SentCredentials } from './request-credentials.js';
import type { PasswordLogin } from './password-login.js';
import { askToSignIn, challenged, type SignInParts } from './sign-in.js';

export interface AuthenticateParts extends SignInParts {
  readonly passwords: PasswordLogin;
  /** Whether davgate answers this request without knowing who sends it. */
  readonly isOpenToEverybody: (request: Asking) => boolean;
  /** Whether `DOMAIN\\user`, as Windows sends it, signs in as `user`. */
  readonly stripDomain?: boolean;
}

/** Authenticates a request. Returns the response itself if no user is needed, or if they must sign in first. */
export type Authenticate = (
  request: Asking,
  record: RequestRecord,
) => Visitor | HttpResponse | Promise<Visitor | HttpResponse>;

/**
 * Authenticates by password, or by a session of the site. A request needs a user unless it reads what is public; one with
 * a password always needs a user. Windows sends OPTIONS to the root without credentials and remembers a refusal, so
 * davgate answers this to anyone.
 * @throws Failure `unauthenticated` with the challenge; `too-many-requests` with Retry-After; `unavailable` if Django's
 *   database or the counter of failed logins does not answer
 */
export function authenticate(parts: AuthenticateParts): Authenticate {
  const { passwords, realm, stripDomain = false } = parts;
  const sent = new SentCredentials(stripDomain);
  const ask = async (
    request: Asking,
    record: RequestRecord,
    credentials: Credentials | undefined,
  ): Promise<Visitor | HttpResponse> => {
    const { method, target, headers, client } = request;
    const withoutPassword = headers.authorization === undefined;
    if (withoutPassword && method === 'OPTIONS' && target.path === '/') return optionsForAnyone;
    if (withoutPassword) {
      const bySession = await sessionIdentity(request, parts).catch((error: unknown) => {
        // What everybody may read needs no name, and without one nobody gets more.
        if (isFailure(error, 'unavailable') && parts.isOpenToEverybody(request)) return anonymous;
        throw error;
      });
      if (bySession) return bySession;
      return parts.isOpenToEverybody(request) ? anonymous : askToSignIn(request, parts);
    }
    const share = record.share?.declared.path;
    const { address } = client;
    const identity =
      credentials && (await passwords.login(credentials, { address, requestId: request.id, share }));
    if (identity) return identity;
    throw challenged('The user name or password is wrong.', realm);
  };
  return (request, record) => {
    const credentials = sent.of(request);
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
  { method, headers, origin }: Asking,
  { sessions }: AuthenticateParts,
): Promise<Identity | undefined> {
  if (!sessions || !cookiesCount(method, headers, origin())) return undefined;
  const cookie = readCookie(headers.cookie, sessions.settings.cookieName);
  return cookie === undefined ? undefined : sessions.authenticator.authenticate(cookie);
}
