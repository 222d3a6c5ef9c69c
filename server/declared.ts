import type { Declaration } from '../src/config/declaration.js';
import { loadDeclaration } from '../src/config/load.js';
import { checkSite } from '../src/config/secrets-in-shares.js';
import { findSite, type FoundSite, type SiteEnvironment } from './site.js';

/** A declaration together with the site that it names. */
export interface Declared extends FoundSite {
  readonly declaration: Declaration;
}

/**
 * Reads a declaration, and its Django project where it names one.
 * @throws DeclarationError with what is wrong with the declaration; Failure with the site's own error
 */
export async function readDeclared(file: string, environment: SiteEnvironment): Promise<Declared> {
  const declaration = loadDeclaration(file);
  const found = await findSite(declaration.django, environment);
  checkSite(declaration, found.site, file);
  return { declaration, ...found };
}
