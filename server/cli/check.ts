import { describeDeclaration } from '../../src/config/describe.js';
import { DeclarationError, problemInWords } from '../../src/config/problems.js';
import { isFailure } from '../../src/failure.js';
import { readConfiguration, type Configuration } from '../preflight/configuration.js';
import { readEnvironment, readListen, type Environment } from '../environment.js';
import { refuse, type Finding } from '../../src/config/finding.js';
import { listenFindings } from '../preflight/listening.js';
import { kindFindings } from '../shares/kinds.js';
import { siteFindings, stateServerFindings } from '../preflight/site.js';
import type { Output } from './output.js';
import { siteTables } from './site-tables.js';

/**
 * `davgate check [FILE]`: the effective rules in words, and on standard error what works but may not be what is meant;
 * or everything that is wrong, the site's own error included.
 * @returns the exit code: 1 where davgate would not start, or nobody could sign in
 */
export async function check(file: string, output: Output): Promise<number> {
  try {
    const environment = readEnvironment();
    const declared = await readConfiguration(file, environment);
    const findings = [...declared.findings, ...(await furtherFindings(declared, environment))];
    const { declaration, site, warnings } = declared;
    const { positions } = declaration;
    refuse(file, findings, positions);
    const tables = await siteTables(site, declaration.django.kind === 'site');
    output.out(describeDeclaration(declaration));
    output.out(tables.words);
    for (const warning of [...warnings, ...tables.warnings]) output.error(`warning: ${warning}\n`);
    for (const finding of findings)
      output.error(`${labelOf(finding)}: ${problemInWords(finding, positions)}\n`);
    return findings.some(({ gravity }) => gravity === 'nobody') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof DeclarationError || error instanceof RangeError || isFailure(error))) throw error;
    output.error(`${error.message}\n`);
    return 1;
  }
}

/** What the start finds by doing it. */
async function furtherFindings(
  { declaration, site }: Configuration,
  environment: Environment,
): Promise<readonly Finding[]> {
  const { metrics } = declaration;
  return [
    ...(await listenFindings({
      listen: { ...declaration.listen, ...readListen() },
      ...(metrics && { metrics }),
    })),
    ...(await kindFindings('attempt', declaration, environment)),
    ...(await stateServerFindings(declaration)),
    ...(await siteFindings(declaration, site)),
  ];
}

function labelOf({ gravity }: Finding): string {
  return gravity === 'warning' ? 'warning' : 'problem';
}
