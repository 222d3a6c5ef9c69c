import type { DjangoDeclaration } from '../../src/config/declaration.js';
import type { StateDeclaration } from '../../src/config/state-url.js';
import { discoverSite } from '../../src/django/discovery/discover-site.js';
import { refuseOtherRows } from '../../src/django/discovery/refuse-other-rows.js';
import type { TlsFiles } from '../../src/database/location.js';
import type { DjangoSite } from '../../src/django/site.js';
import { readTlsFiles } from '../../src/database/tls-files.js';
import { Failure, isFailure } from '../../src/failure.js';
import type { StateLocation } from '../../src/state/database.js';
import type { Environment } from '../environment.js';

/** The environment for the site's Python and for the database client. */
export type SiteEnvironment = Pick<Environment, 'variables' | 'userName'>;

/** A site, and warnings about where davgate behaves differently from it. */
export interface FoundSite {
  readonly site: DjangoSite<TlsFiles>;
  readonly warnings: readonly string[];
}

/**
 * The site, from the declaration or from the site's own settings. With the settings, davgate also checks that its own
 * connection reads the same rows as the site's.
 * @throws Failure with the site's own error if the settings cannot be read, or with the difference between the rows
 */
export async function findSite(django: DjangoDeclaration, environment: SiteEnvironment): Promise<FoundSite> {
  if (django.kind === 'site') return { site: django.site, warnings: [] };
  try {
    return await discovered(django, environment);
  } catch (error) {
    // Between the two reads, a user may have changed a password, or the database may have restarted.
    if (!isFailure(error, 'not-implemented')) throw error;
    return discovered(django, environment);
  }
}

async function discovered(
  project: Exclude<DjangoDeclaration, { kind: 'site' }>,
  { variables, userName }: SiteEnvironment,
): Promise<FoundSite> {
  const { site, seen, warnings } = await discoverSite({
    ...project,
    environment: variables,
    systemUser: userName,
  });
  await refuseOtherRows(readableSite(site), seen, project.project);
  return { site, warnings };
}

/** The site with the contents of its TLS files, ready to open its database. @throws Failure `unavailable` */
export function readableSite(site: DjangoSite<TlsFiles>): DjangoSite {
  const database = readTlsFiles(site.database);
  if (typeof database === 'string') throw new Failure('unavailable', database);
  return { ...site, database };
}

/** The state database with the contents of its TLS files. @throws Failure `unavailable` */
export function readableState(state: StateDeclaration): StateLocation {
  const location = readTlsFiles(state);
  if (typeof location === 'string') throw new Failure('unavailable', location);
  if (location.kind === 'mysql') throw new Failure('unavailable', 'davgate cannot store its state in MySQL.');
  return location;
}
