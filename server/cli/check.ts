import { describeDeclaration } from '../../src/config/describe.js';
import { DeclarationError, problemInWords, refuse, type Finding } from '../../src/config/problems.js';
import { isFailure } from '../../src/failure.js';
import { readConfiguration, type Configuration } from '../preflight/configuration.js';
import { readListen, type Environment } from '../environment.js';
import { listenFindings } from '../preflight/port-findings.js';
import { kindFindings } from '../shares/kinds.js';
import { sitePoolFindings } from '../preflight/site-pool.js';
import { siteFindings, stateServerFindings } from '../preflight/site-findings.js';
import { declarationFile, type Command } from './command.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { TlsFiles } from '../../src/database/location.js';
import type { DjangoSite } from '../../src/django/site.js';
import { type TablesFound, tablesFound } from '../../src/django/tables-found.js';
import { readableSite } from '../preflight/find-site.js';

export const check: Command = {
  name: 'check',
  summary: 'check a declaration and print its rules in words',
  description:
    'Prints the effective rules in words, and warnings on standard error. If the declaration has problems, prints all ' +
    'of them, each with its place in the file, including the error of the Django site.',
  arguments: [declarationFile],
  options: [],
  exitCodes: [
    [0, 'davgate would start'],
    [1, 'davgate would not start, or nobody could sign in'],
    [2, 'the command line is wrong'],
  ],
  unforeseen: 1,
  action: async (values, { output, environment }) => {
    const file = values.argument(declarationFile);
    try {
      const loaded = await readConfiguration(file, environment);
      const findings = [...loaded.findings, ...(await furtherFindings(loaded, environment))];
      const { declaration, site, warnings } = loaded;
      const { positions } = declaration;
      refuse(file, findings, positions);
      const tables = await siteTables(site, declaration.django.kind === 'site');
      output.out(describeDeclaration(declaration));
      output.out(tables.words);
      for (const warning of [...warnings, ...tables.warnings]) output.error(`warning: ${warning}\n`);
      for (const finding of findings) {
        const label = finding.gravity === 'warning' ? 'warning' : 'problem';
        output.error(`${label}: ${problemInWords(finding, positions)}\n`);
      }
      return findings.some(({ gravity }) => gravity === 'nobody') ? 1 : 0;
    } catch (error) {
      if (!(error instanceof DeclarationError || error instanceof RangeError || isFailure(error)))
        throw error;
      output.error(`${error.message}\n`);
      return 1;
    }
  },
};

/** Problems that starting davgate would reveal only when it uses ports, programs and databases. */
async function furtherFindings(
  { declaration, site }: Configuration,
  environment: Environment,
): Promise<readonly Finding[]> {
  const { metrics, guard } = declaration;
  return [
    ...(await listenFindings({
      listen: { ...declaration.listen, ...readListen() },
      ...(metrics && { metrics }),
      ...(guard?.http && { 'guard.http': guard.http }),
      ...(guard?.fastcgi && { 'guard.fastcgi': guard.fastcgi }),
    })),
    ...(await kindFindings('attempt', declaration, environment)),
    ...(await stateServerFindings(declaration)),
    ...(await siteFindings(declaration, site)),
    ...(await sitePoolFindings(declaration, environment)),
  ];
}

/**
 * Where davgate reads the site's users from: one line, empty if the database cannot be read; and warnings.
 * @param declared whether the declaration names the database itself, so that nothing else tells which users are meant
 * @throws Failure `unavailable` if the database cannot be opened at all because a certificate cannot be read
 */
export async function siteTables(
  found: DjangoSite<TlsFiles>,
  declared: boolean,
): Promise<{ readonly words: string; readonly warnings: readonly string[] }> {
  const site = readableSite(found);
  const knex = openDatabase(site.database);
  try {
    const tables = await tablesFound(knex, site);
    return { words: inWords(site, tables), warnings: declared ? tables.warnings : [] };
  } catch {
    // siteFindings reports what cannot be read.
    return { words: '', warnings: [] };
  } finally {
    await knex.destroy();
  }
}

function inWords({ user, database }: DjangoSite, { tables, database: name }: TablesFound): string {
  const table = tables.get(user.table);
  if (table === undefined || database.kind === 'sqlite') return '';
  return `Users: ${user.table} is ${table} in the database ${name ?? database.server.database}.\n`;
}
