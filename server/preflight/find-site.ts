import type { DjangoDeclaration, StateDeclaration } from '../../src/config/declaration.js';
import { discoverSite } from '../../src/django/discovery/discover-site.js';
import { refuseOtherRows } from '../../src/django/discovery/refuse-other-rows.js';
import type { TlsFiles } from '../../src/database/location.js';
import type { DjangoSite } from '../../src/django/site.js';
import { readTlsFiles } from '../../src/database/tls-files.js';
import { Failure, isFailure } from '../../src/failure.js';
import type { StateLocation } from '../../src/state/database.js';
import type { Environment } from '../environment.js';

/** What a site's own Python is run with, and what its database's client looks into. */
export type SiteEnvironment = Pick<Environment, 'variables' | 'userName'>;

/** A site and what davgate does otherwise than it. */
export interface FoundSite {
  readonly site: DjangoSite<TlsFiles>;
  readonly warnings: readonly string[];
}

/**
 * The facts of the site, as they are declared or as its own settings say; of the latter davgate's connection reads the
 * same rows as the site's own.
 * @throws Failure with the site's own error where it cannot be read, or with what differs
 */
export async function findSite(django: DjangoDeclaration, environment: SiteEnvironment): Promise<FoundSite> {
  if (django.kind === 'site') return { site: django.site, warnings: [] };
  try {
    return await discovered(django, environment);
  } catch (error) {
    // Somebody may have changed a password between the two looks at the rows, or the database was started anew.
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

/** The same with the texts of its TLS files, ready to be opened. @throws Failure `unavailable` */
export function readableSite(site: DjangoSite<TlsFiles>): DjangoSite {
  const database = readTlsFiles(site.database);
  if (typeof database === 'string') throw new Failure('unavailable', database);
  return { ...site, database };
}

/** The same for the state database. @throws Failure `unavailable` */
export function readableState(state: StateDeclaration): StateLocation {
  const location = readTlsFiles(state);
  if (typeof location === 'string') throw new Failure('unavailable', location);
  if (location.kind === 'mysql') throw new Failure('unavailable', 'The state is not kept in MySQL.');
  return location;
}
