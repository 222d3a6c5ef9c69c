import { tmpdir } from 'node:os';
import type { Declaration } from '../../src/config/declaration.js';
import type { TlsFiles } from '../../src/database/location.js';
import type { DjangoSite } from '../../src/django/site.js';
import type { Environment } from '../environment.js';
import type { Finding } from '../../src/config/finding.js';
import { folderFindings, projectFindings, temporaryFindings } from './folder-findings.js';
import { kindFindings } from '../shares/kinds.js';
import { userInWords } from '../../src/config/rights.js';
import { unaskedFindings } from './grant-findings.js';
import { slowFolderFindings } from './slow-folders.js';
import { askedProject } from './site-pool.js';
import { stateFindings, stateInSite } from './state-findings.js';

/** Problems with this machine that affect a start. Takes milliseconds and opens nothing; longer only where a disk may hang. */
export async function machineFindings(
  declaration: Declaration,
  environment: Pick<Environment, 'path' | 'uid' | 'userName' | 'variables'>,
): Promise<Finding[]> {
  const user = userInWords(environment);
  return [
    ...projectFindings(declaration, user),
    ...folderFindings(declaration, user),
    ...temporaryFindings(declaration, temporaryFolders()),
    ...(await kindFindings('look', declaration, environment)),
    ...(await slowFolderFindings(declaration.shares, user, environment)),
    ...stateFindings(declaration, user, environment.uid),
  ];
}

/** Apache may use any of them: the first one that its user can write to. */
function temporaryFolders(): readonly string[] {
  return [...new Set([tmpdir(), '/tmp', '/var/tmp'])];
}

/** Problems with places that show only once the site is known. */
export function placesFindings(declaration: Declaration, site: DjangoSite<TlsFiles>): Finding[] {
  const { permissionsBySite } = askedProject(declaration) ?? {};
  return [
    ...stateInSite(declaration, site),
    ...(permissionsBySite ? unaskedFindings(declaration.shares) : []),
  ];
}
