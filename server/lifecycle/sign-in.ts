import type { Closers } from '../../src/async/closers.js';
import type { Declaration } from '../../src/config/declaration.js';
import type { Authenticator } from '../../src/credentials/authenticator.js';
import { DirectoryAuthenticator } from '../../src/credentials/directory-authenticator.js';
import { SiteAuthenticator } from '../../src/credentials/site-authenticator.js';
import { RightsAuthenticator, RightsSessions, SiteRights } from '../../src/credentials/site-rights.js';
import { createHashers } from '../../src/django/hashers/django-hashers.js';
import { SitePasswords } from '../../src/django/hashers/site-passwords.js';
import type { ModelDirectory } from '../../src/django/model-directory.js';
import type { SitePool } from '../../src/django/sign-in/site-pool.js';
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

/** @param closers get what ends it */
export async function openSignIn(parts: SignInParts, closers: Closers): Promise<SignIn> {
  const { declaration, site, knex, directory, environment, log, now } = parts;
  const sessions = site.sessions && openSessions(site.sessions, { site, knex, directory, now });
  const project = askedProject(declaration);
  if (!project) return { authenticator: byDatabase(parts, closers), sessions };
  const pool = await openSitePool(project, declaration, environment, (trouble) => {
    log.warn({ trouble }, 'the site\u2019s own Python');
  });
  closers.add(() => pool.close());
  pool.warmUp();
  const { signInBySite, permissionsBySite } = project;
  const authenticator = signInBySite ? bySite(parts, pool, signInBySite.seconds) : byDatabase(parts, closers);
  if (!permissionsBySite) return { authenticator, sessions };
  const rights = new SiteRights({ site: pool, seconds: permissionsBySite.seconds, now });
  return {
    authenticator: new RightsAuthenticator(authenticator, rights),
    sessions: sessions && {
      ...sessions,
      authenticator: new RightsSessions(sessions.authenticator, rights),
    },
  };
}

function bySite({ directory, now }: SignInParts, site: SitePool, seconds: number): Authenticator {
  return new SiteAuthenticator({ site, directory, seconds, now });
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
