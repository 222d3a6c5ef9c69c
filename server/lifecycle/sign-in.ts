import type { Closers } from '../../src/async/closers.js';
import type { Declaration } from '../../src/config/declaration.js';
import type { Authenticator } from '../../src/credentials/authenticator.js';
import { DirectoryAuthenticator } from '../../src/credentials/directory-authenticator.js';
import { SiteAuthenticator } from '../../src/credentials/site-authenticator.js';
import { RightsAuthenticator, RightsSessions, SiteRights } from '../../src/credentials/site-rights.js';
import { createHashers } from '../../src/django/hashers/django-hashers.js';
import type { ModelDirectory } from '../../src/django/model-directory.js';
import type { DjangoSite } from '../../src/django/site.js';
import type { Log } from '../observability/log.js';
import { UnacceptedPasswords } from '../observability/unaccepted-passwords.js';
import { openSessions, type SiteSessions } from '../pipeline/site-sessions.js';
import { hashersAt } from '../preflight/site-findings.js';
import { askedProject } from '../preflight/site-pool.js';
import { siteTrouble, type Common } from './common-services.js';
import type { ProcessResources } from './process-resources.js';

export interface SignInParts {
  readonly declaration: Declaration;
  readonly site: DjangoSite;
  /** The site's database. */
  readonly knex: Parameters<typeof openSessions>[1]['knex'];
  readonly directory: ModelDirectory;
  readonly resources: ProcessResources;
  readonly common: Common;
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
export function openSignIn(parts: SignInParts, closers: Closers): SignIn {
  const { declaration, site, knex, directory, common, log, now } = parts;
  const sessions = site.sessions && openSessions(site.sessions, { site, knex, directory, now });
  const project = askedProject(declaration);
  if (!project || !common.site) return { authenticator: byDatabase(parts, closers), sessions };
  const noted = (trouble: string): void => log.warn({ trouble }, siteTrouble);
  const { signInBySite, permissionsBySite } = project;
  const authenticator = signInBySite
    ? new SiteAuthenticator({ site: common.site, directory, seconds: signInBySite.seconds, now, noted })
    : byDatabase(parts, closers);
  if (!permissionsBySite) return { authenticator, sessions };
  const rights = new SiteRights({ site: common.site, directory, seconds: permissionsBySite.seconds, now });
  return {
    authenticator: new RightsAuthenticator(authenticator, rights),
    sessions: sessions && {
      ...sessions,
      authenticator: new RightsSessions(sessions.authenticator, rights),
    },
  };
}

function byDatabase(
  { declaration, site, directory, resources, common, log, now }: SignInParts,
  closers: Closers,
): Authenticator {
  const hashers = createHashers(site.hashers);
  const unaccepted = new UnacceptedPasswords({ hashers, hashersAt: hashersAt(declaration.django), log });
  const authenticator = new DirectoryAuthenticator({
    directory,
    refused: (username, encoded) => {
      unaccepted.refused(username, encoded);
    },
    passwords: common.passwords,
    gate: resources.gate,
    verified: resources.verifiedBy(site.hashers),
    now,
  });
  closers.add(resources.countDerivationsOf(authenticator));
  return authenticator;
}
