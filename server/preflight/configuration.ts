import { tmpdir } from 'node:os';
import type { Declaration } from '../../src/config/declaration.js';
import { loadDeclaration } from '../../src/config/load.js';
import { checkSite } from '../../src/config/secrets-in-shares.js';
import type { Environment } from '../environment.js';
import { refuse, type Finding } from '../../src/config/problems.js';
import { userInWords } from '../../src/config/rights.js';
import { findSite, type FoundSite } from './find-site.js';
import type { TlsFiles } from '../../src/database/location.js';
import type { DjangoSite } from '../../src/django/site.js';
import { folderFindings, projectFindings, temporaryFindings } from './folder-findings.js';
import { kindFindings } from '../shares/kinds.js';
import { unaskedFindings } from './grant-findings.js';
import { askedProject } from './site-pool.js';
import { slowFolderFindings } from './slow-folders.js';
import { stateFindings, stateInSite } from './state-findings.js';

export interface Configuration extends FoundSite {
  readonly declaration: Declaration;
  /** Problems that do not prevent davgate from starting. */
  readonly findings: readonly Finding[];
}

/**
 * Reads a declaration, and its Django project if it names one.
 * @throws DeclarationError if the declaration, or something that it names, is wrong; Failure with the site's own error
 */
export async function readConfiguration(
  file: string,
  environment: Pick<Environment, 'variables' | 'path' | 'userName' | 'uid'>,
): Promise<Configuration> {
  const declaration = loadDeclaration(file, userInWords(environment));
  const findings = await machineFindings(declaration, environment);
  refuse(file, findings, declaration.positions);
  const found = await findSite(declaration.django, environment);
  checkSite(declaration, found.site, file);
  refuse(file, placesFindings(declaration, found.site), declaration.positions);
  return { declaration, ...found, findings };
}

/** Problems with this machine that affect a start. Takes milliseconds and opens nothing; longer only where a disk may hang. */
async function machineFindings(
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
function placesFindings(declaration: Declaration, site: DjangoSite<TlsFiles>): Finding[] {
  const { permissionsBySite } = askedProject(declaration) ?? {};
  return [
    ...stateInSite(declaration, site),
    ...(permissionsBySite ? unaskedFindings(declaration.shares) : []),
  ];
}
