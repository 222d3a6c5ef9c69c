import type { Closers } from '../../src/async/closers.js';
import type { Declaration } from '../../src/config/declaration.js';
import type { Authenticator } from '../../src/credentials/authenticator.js';
import { DirectoryAuthenticator } from '../../src/credentials/directory-authenticator.js';
import { SiteAuthenticator } from '../../src/credentials/site-authenticator.js';
import { RightsAuthenticator, RightsSessions, SiteRights } from '../../src/credentials/site-rights.js';
import { createHashers } from '../../src/django/hashers/django-hashers.js';
import { SitePasswords } from '../../src/django/hashers/site-passwords.js';
import type { ModelDirectory } from '../../src/django/model-directory.js';
import type { DjangoSite } from '../../src/django/site.js';
import type { Environment } from '../environment.js';
import type { Log } from '../observability/log.js';
import { UnacceptedPasswords } from '../observability/unaccepted-passwords.js';
import { openSessions, type SiteSessions } from '../pipeline/site-sessions.js';
import { hashersAt } from '../preflight/site-findings.js';
import { askedProject, openSitePool } from '../preflight/site-pool.js';
import type { ProcessResources } from './process-resources.js';

export interface SignInParts {
  readonly declaration: Declaration;
  readonly site: DjangoSite;
  /** The site's database. */
  readonly knex: Parameters<typeof openSessions>[1]['knex'];
  readonly directory: ModelDirectory;
  readonly resources: ProcessResources;
  readonly environment: Environment;
  readonly log: Log;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** How people sign in. */
export interface SignIn {
  readonly authenticator: Authenticator;
  /** Undefined where the site's sessions are not read. */
  readonly sessions: SiteSessions | undefined;
}

/** How people sign in, and how to end what only new requests need. */
export interface OpenSignIn {
  readonly signIn: SignIn;
  /** Requests that are under way can still be signed in. */
  readonly retire: () => void;
}

/**
 * Resolves once the site's own Python, where it is asked, has loaded the site.
 * @param closers get what ends it
 * @throws Failure `unavailable` with the site's own complaint
 */
export async function openSignIn(parts: SignInParts, closers: Closers): Promise<OpenSignIn> {
  const { declaration, site, knex, directory, environment, log, now } = parts;
  const sessions = site.sessions && openSessions(site.sessions, { site, knex, directory, now });
  const project = askedProject(declaration);
  if (!project) {
    return { signIn: { authenticator: byDatabase(parts, closers), sessions }, retire: () => undefined };
  }
  const noted = (trouble: string): void => {
    log.warn({ trouble }, 'the site\u2019s own Python');
  };
  const pool = await openSitePool(project, declaration, environment, noted);
  closers.add(() => pool.close());
  await pool.loaded();
  const retire = (): void => {
    pool.retire();
  };
  const { signInBySite, permissionsBySite } = project;
  const authenticator = signInBySite
    ? new SiteAuthenticator({ site: pool, directory, seconds: signInBySite.seconds, now, noted })
    : byDatabase(parts, closers);
  if (!permissionsBySite) return { signIn: { authenticator, sessions }, retire };
  const rights = new SiteRights({ site: pool, directory, seconds: permissionsBySite.seconds, now });
  const signIn = {
    authenticator: new RightsAuthenticator(authenticator, rights),
    sessions: sessions && {
      ...sessions,
      authenticator: new RightsSessions(sessions.authenticator, rights),
    },
  };
  return { signIn, retire };
}

function byDatabase(
  { declaration, site, directory, resources, log, now }: SignInParts,
  closers: Closers,
): Authenticator {
  const hashers = createHashers(site.hashers);
  const unaccepted = new UnacceptedPasswords({ hashers, hashersAt: hashersAt(declaration.django), log });
  const authenticator = new DirectoryAuthenticator({
    directory,
    refused: (username, encoded) => {
      unaccepted.refused(username, encoded);
    },
    passwords: new SitePasswords({ hashers, deriver: resources.deriver, samples: directory, now }),
    gate: resources.gate,
    verified: resources.verifiedBy(site.hashers),
    now,
  });
  closers.add(resources.countDerivationsOf(authenticator));
  return authenticator;
}
