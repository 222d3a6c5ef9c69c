import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { projectFolder } from '../clients/helpers/davgate.js';
import type { Plan } from './arguments.js';
import type { Cores } from './cores.js';
import { emptyDocument, replaceSection, type Section } from './document.js';
import { growthTables, type GrowthRun } from './growth.js';
import { machine, versions } from './machine.js';
import { figureTable, targetTable, timeTable } from './render.js';
import type { TableRun } from './table.js';
import { judge } from './targets.js';

/** The section of docs/benchmarks.md for a run. @param minutes how long it took */
export async function tableSection(
  plan: Plan,
  { results, cores }: TableRun,
  minutes: number,
): Promise<string> {
  const verdicts = judge(results, sharesCores(cores));
  return [
    '## The table',
    `${await conditions(plan, cores)} It took ${minutes.toFixed(0)} minutes.`,
    'Each figure is a median. In brackets is how it stands to Apache, which asks nobody for a password, while davgate is ' +
      'sent one with every request: above 1 is faster or, for memory, less. 16 clients keep their connections and ask at ' +
      'once; locks, listings, trees and large bodies are for one client. The same files are served by all; nobody but davgate ' +
      'syncs what is written, and in the durable row, Apache does not either. "–" is what a server cannot do, or not within ' +
      'seconds: through mod_wsgi, svn fetches a hundred files, and the figure is for as many as in the other columns. ' +
      'Starts are looked at every 25 ms. A rate marked † is bounded by the load generator.',
    figureTable(results, plan.peers),
    '### Processor time',
    'User and system, of all processes of a server. In brackets is how it stands to Apache: below 1 is less. The load ' +
      'generator is one Node process with raw sockets; its own time is the last column.',
    timeTable(results, plan.peers),
    '### Targets',
    targetTable(plan.rows ? verdicts.filter(({ met }) => met !== undefined) : verdicts),
  ].join('\n\n');
}

/** Where, when and with what was measured. */
export async function conditions(plan: Plan, cores: Cores): Promise<string> {
  const [date = ''] = new Date().toISOString().split('T');
  const { servers } = cores;
  const place = sharesCores(cores)
    ? 'which the load generator shares with them'
    : 'the load generator on others';
  return (
    `${date}. ${machine()}. ${await versions(plan.peers)}. Each server may use ${servers.length} ` +
    `core${servers.length === 1 ? '' : 's'}, ${place}. ${plan.rounds} rounds, in which the servers take turns.`
  );
}

export function sharesCores({ servers, generator }: Cores): boolean {
  return generator.some((core) => servers.includes(core));
}

/**
 * Replaces a section of docs/benchmarks.md, and formats the page as `npm run lint` wants it.
 * @param project the folder that holds `docs`
 * @returns the path of the page in the project
 */
export async function saveSection(
  section: Section,
  text: string,
  project: string = projectFolder,
): Promise<string> {
  const page = 'docs/benchmarks.md';
  const file = join(project, page);
  const before = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return emptyDocument;
    throw error;
  });
  const after = await format(replaceSection(before, section, text), {
    ...(await resolveConfig(join(projectFolder, page))),
    filepath: file,
  });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, after);
  return page;
}

/** The section of docs/benchmarks.md for a run of growth. */
export async function growthSection(plan: Plan, { curves, cores }: GrowthRun): Promise<string> {
  return [
    '## Growth',
    await conditions(plan, cores),
    'Each figure is a median. The exponent is that of a power law, fitted by least squares on the logarithms: 1 is in ' +
      'proportion to the size. The residual is the root mean square of what the logarithms are off the line: 0.1 is about ' +
      'ten per cent.',
    growthTables(curves),
  ].join('\n\n');
}
