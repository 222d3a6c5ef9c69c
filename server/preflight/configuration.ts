import type { Declaration } from '../../src/config/declaration.js';
import { loadDeclaration } from '../../src/config/load.js';
import { checkSite } from '../../src/config/secrets-in-shares.js';
import type { Environment } from '../environment.js';
import { refuse, type Finding } from '../../src/config/finding.js';
import { machineFindings, placesFindings } from './machine-findings.js';
import { userInWords } from '../../src/config/rights.js';
import { findSite, type FoundSite } from './find-site.js';

/** A declaration and the site that it names. */
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
