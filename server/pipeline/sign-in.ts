import { signIn } from '../../src/access/policy.js';
import { Failure } from '../../src/failure.js';
import { basicChallenge } from '../../src/http/basic-auth.js';
import { loginRedirect } from '../../src/http/login-redirect.js';
import type { HttpResponse } from '../../src/http/message.js';
import { asksForPage } from '../../src/http/page-request.js';
import type { Asking } from '../shares/incoming-request.js';
import type { SiteSessions } from './site-sessions.js';

export interface SignInParts {
  readonly realm: string;
  /** Missing where the site's sessions are not read. */
  readonly sessions?: SiteSessions | undefined;
  /** This server as browsers address it; undefined: what the request says. */
  readonly publicOrigin?: string | undefined;
}

/** Asks who somebody is. @param sentence why */
export function challenged(sentence: string, realm: string): Failure {
  return new Failure('unauthenticated', sentence, {
    headers: [['WWW-Authenticate', basicChallenge(realm)]],
  });
}

/**
 * Answers somebody who must say first who they are, the same wherever they asked: a person with a browser is sent to the
 * site's login page, any other client is asked for a password.
 * @throws Failure `unauthenticated` with the challenge
 */
export function askToSignIn(request: Asking, parts: SignInParts): HttpResponse {
  const redirect = redirectToLogin(request, parts);
  if (redirect) return redirect;
  throw challenged(signIn, parts.realm);
}

function redirectToLogin(
  { method, headers, target }: Asking,
  { sessions, publicOrigin }: SignInParts,
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
