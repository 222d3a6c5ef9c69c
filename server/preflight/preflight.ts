import { tmpdir } from 'node:os';
import type { Declaration } from '../../src/config/declaration.js';
import type { TlsFiles } from '../../src/database/location.js';
import type { DjangoSite } from '../../src/django/site.js';
import type { Environment } from '../environment.js';
import type { Finding } from '../../src/config/finding.js';
import { folderFindings, projectFindings, temporaryFindings } from './folders.js';
import { repositoryFindings } from '../shares/svn/repository-findings.js';
import { userInWords } from '../../src/config/rights.js';
import { stateFindings, stateInSite } from './state.js';

/** What of this machine a start depends on, looked at before anything is opened; it costs milliseconds. */
export async function machineFindings(
  declaration: Declaration,
  environment: Pick<Environment, 'uid' | 'userName'>,
): Promise<Finding[]> {
  const user = userInWords(environment);
  return [
    ...projectFindings(declaration, user),
    ...folderFindings(declaration, user),
    ...temporaryFindings(declaration, temporaryFolders()),
    ...(await repositoryFindings(declaration, environment)),
    ...stateFindings(declaration, user, environment.uid),
    ...realmFindings(declaration),
  ];
}

/** Apache's may be any of them, whichever its user may write in. */
function temporaryFolders(): readonly string[] {
  return [...new Set([tmpdir(), '/tmp', '/var/tmp'])];
}

/** What can be told only where the site is known, too. */
export function placesFindings(declaration: Declaration, site: DjangoSite<TlsFiles>): Finding[] {
  return stateInSite(declaration, site);
}

/** Apache sends an AuthName's backslash as it is, which RFC 9110 section 5.6.4 does not allow. */
function realmFindings({ realm, shares }: Declaration): Finding[] {
  if (!realm.includes('\\') || !shares.some(({ kind }) => kind === 'svn')) return [];
  return [
    {
      gravity: 'warning',
      place: 'realm',
      message:
        'has a backslash, so svn does not find passwords that it saved under an Apache with this AuthName: ' +
        'people are asked for them once more',
    },
  ];
}
