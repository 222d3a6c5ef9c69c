import { parseArgs } from 'node:util';
import { loadDeclaration } from '../../src/config/load.js';
import { DeclarationError } from '../../src/config/problems.js';
import { siteToDeclaration } from '../../src/django/discovery/site-declaration.js';
import { isFailure } from '../../src/failure.js';
import { readEnvironment } from '../environment.js';
import { findSite } from '../preflight/find-site.js';
import type { Output } from './output.js';

const usage = 'usage: davgate discover [--secrets] [FILE]\n';

/**
 * `davgate discover [--secrets] [FILE]`: prints what the site of FILE says of itself as the explicit `django` that can
 * stand there instead; secrets are left out unless asked for.
 * @returns the exit code
 */
export async function discover(args: readonly string[], output: Output): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { secrets: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [file = 'shares.json', ...rest] = positionals;
    if (rest.length > 0) throw new TypeError('more than one file');
    const { site, warnings } = await findSite(loadDeclaration(file).django, readEnvironment());
    for (const warning of warnings) output.error(`${warning}\n`);
    output.out(`${JSON.stringify(siteToDeclaration(site, { secrets: values.secrets }), null, 2)}\n`);
    return 0;
  } catch (error) {
    if (error instanceof DeclarationError || isFailure(error)) {
      output.error(`${error.message}\n`);
      return 1;
    }
    if (!(error instanceof TypeError)) throw error;
    output.error(usage);
    return 2;
  }
}
