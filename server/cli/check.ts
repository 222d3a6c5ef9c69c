import { describeDeclaration } from '../../src/config/describe.js';
import { DeclarationError } from '../../src/config/problems.js';
import { isFailure } from '../../src/failure.js';
import { readDeclared } from '../declared.js';
import { readEnvironment } from '../environment.js';
import type { Output } from './output.js';
import { siteTables } from './site-tables.js';
import { siteWarnings } from './site-warnings.js';

/**
 * `davgate check [FILE]`: the effective rules in words, and on standard error what works but may not be what is meant;
 * or everything that is wrong, the site's own error included.
 * @returns the exit code
 */
export async function check(file: string, output: Output): Promise<number> {
  try {
    const { declaration, site, warnings } = await readDeclared(file, readEnvironment());
    const tables = await siteTables(site, declaration.django.kind === 'site');
    output.out(describeDeclaration(declaration));
    output.out(tables.words);
    for (const warning of [...warnings, ...tables.warnings, ...(await siteWarnings(site))]) {
      output.error(`warning: ${warning}\n`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof DeclarationError || error instanceof RangeError || isFailure(error))) throw error;
    output.error(`${error.message}\n`);
    return 1;
  }
}
