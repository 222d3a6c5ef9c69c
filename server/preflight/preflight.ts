import { tmpdir } from 'node:os';
import type { Declaration } from '../../src/config/declaration.js';
import type { TlsFiles } from '../../src/database/location.js';
import type { DjangoSite } from '../../src/django/site.js';
import type { Environment } from '../environment.js';
import type { Finding } from '../../src/config/finding.js';
import { folderFindings, projectFindings, temporaryFindings } from './folders.js';
import { kindFindings } from '../shares/kinds.js';
import { userInWords } from '../../src/config/rights.js';
import { unaskedFindings } from './names.js';
import { askedProject } from './site-pool.js';
import { stateFindings, stateInSite } from './state.js';

/** What of this machine a start depends on, looked at before anything is opened; it costs milliseconds. */
export async function machineFindings(
  declaration: Declaration,
  environment: Pick<Environment, 'path' | 'uid' | 'userName'>,
): Promise<Finding[]> {
  const user = userInWords(environment);
  return [
    ...projectFindings(declaration, user),
    ...folderFindings(declaration, user),
    ...temporaryFindings(declaration, temporaryFolders()),
    ...(await kindFindings('look', declaration, environment)),
    ...stateFindings(declaration, user, environment.uid),
  ];
}

/** Apache's may be any of them, whichever its user may write in. */
function temporaryFolders(): readonly string[] {
  return [...new Set([tmpdir(), '/tmp', '/var/tmp'])];
}

/** What can be told only where the site is known, too. */
export function placesFindings(declaration: Declaration, site: DjangoSite<TlsFiles>): Finding[] {
  const { permissionsBySite } = askedProject(declaration) ?? {};
  return [
    ...stateInSite(declaration, site),
    ...(permissionsBySite ? unaskedFindings(declaration.shares) : []),
  ];
}
