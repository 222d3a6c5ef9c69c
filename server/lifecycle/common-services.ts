import type { Declaration } from '../../src/config/declaration.js';
import type { Deriver } from '../../src/django/hashers/derivation.js';
import { createHashers } from '../../src/django/hashers/django-hashers.js';
import type { PasswordChecker } from '../../src/django/hashers/hasher.js';
import { SitePasswords } from '../../src/django/hashers/site-passwords.js';
import type { ModelDirectory } from '../../src/django/model-directory.js';
import type { SitePermissions, SiteSignIn } from '../../src/django/sign-in/site-sign-in.js';
import type { DjangoSite } from '../../src/django/site.js';
import { SpaceMeter } from '../../src/storage/space-meter.js';
import type { Environment } from '../environment.js';
import type { Log } from '../observability/log.js';
import { askedProject, openSitePool } from '../preflight/site-pool.js';
import type { CommonServices } from '../shares/share.js';
import { startSvnBackground } from '../shares/svn/background.js';

/** What the common services of a declaration need. */
export interface CommonOpening {
  /** Declarations are numbered in the order in which they are loaded. */
  readonly generation: number;
  readonly declaration: Declaration;
  readonly site: DjangoSite;
  readonly directory: ModelDirectory;
  readonly environment: Environment;
  readonly log: Log;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** What there is once on a machine for a declaration, however many processes answer its requests. */
export interface Common extends CommonServices {
  /** Whether a password is the stored one. */
  readonly passwords: PasswordChecker;
  /** The site's own code; undefined where it is never asked. */
  readonly site: (SiteSignIn & SitePermissions) | undefined;
  /** Ends what only new requests need; requests that are under way can still be signed in. */
  retire(): void;
  close(): Promise<void>;
}

/** The message of a log line about what the site's own code does wrong. */
export const siteTrouble = 'the site\u2019s own Python';

/**
 * Opens them in this process. Resolves once the site's own Python, where it is asked, has loaded the site.
 * @throws Failure `unavailable` with the site's own complaint; `not-implemented` as {@link openSitePool}
 */
export async function openCommon(
  { declaration, site, directory, environment, log, now }: CommonOpening,
  deriver: Deriver,
): Promise<Common> {
  const project = askedProject(declaration);
  const pool =
    project &&
    (await openSitePool(project, declaration, environment, (trouble) => log.warn({ trouble }, siteTrouble)));
  try {
    await pool?.loaded();
  } catch (error) {
    await pool?.close();
    throw error;
  }
  const { apache } = declaration;
  return {
    passwords: new SitePasswords({
      hashers: createHashers(site.hashers),
      deriver,
      samples: directory,
      now,
    }),
    site: pool,
    startSvn: (shares, listeners) =>
      startSvnBackground(shares, { memberships: directory, apache, environment, log, now }, listeners),
    meter: (_share, quota) => new SpaceMeter(quota),
    retire: () => pool?.retire(),
    close: async () => {
      await pool?.close();
    },
  };
}
