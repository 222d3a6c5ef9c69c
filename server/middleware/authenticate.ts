import type { Authenticator } from '../../src/credentials/authenticator.js';
import { Failure } from '../../src/failure.js';
import { basicChallenge, parseBasicAuth } from '../../src/http/basic-auth.js';
import type { Middleware } from '../state.js';

/**
 * Finds out who is asking. Everybody must be somebody, with one exception: Windows probes OPTIONS on the root without
 * credentials and remembers a refusal, so that much is answered to anyone.
 * @throws Failure `unauthenticated` with the challenge; `unavailable` when Django's database does not answer
 */
export function authenticate(authenticator: Authenticator, realm: string): Middleware {
  const challenge = [['WWW-Authenticate', basicChallenge(realm)]] as const;
  return async ({ req, state }, next) => {
    if (req.headers.authorization === undefined && req.method === 'OPTIONS' && state.target?.path === '/') {
      await next();
      return;
    }
    const credentials = parseBasicAuth(req.headers.authorization);
    if (!credentials) throw new Failure('unauthenticated', 'Sign in to go on.', { headers: challenge });
    state.claimedUser = credentials.username.slice(0, 254);
    const identity = await authenticator.authenticate(credentials);
    if (!identity) {
      throw new Failure('unauthenticated', 'The user name or the password is wrong.', { headers: challenge });
    }
    state.identity = identity;
    await next();
  };
}
