import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileHelpers } from './helper-programs.js';
import {
  compare,
  isWell,
  parseOutcomes,
  type Comparison,
  type Difference,
  type TestOutcome,
} from './outcomes.js';
import { selected } from './selection.js';
import { startApache, startGate, type Server } from './servers.js';
import { subversionSource } from './source.js';
import { runTests, type Selection } from './test-run.js';
import { makeWorkFolder, type WorkFolder } from './work-folder.js';

/** A server, and the suite's folder for it. */
interface Place {
  readonly work: WorkFolder;
  readonly server: Server;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** @throws Error where not even Apache alone gets an outcome: something is not set up */
async function againstApache({ work, server }: Place, selection: Selection): Promise<readonly TestOutcome[]> {
  const output = await runTests(work, server, selection);
  const outcomes = parseOutcomes(output);
  if (outcomes.length === 0) throw new Error(`${selection.name} did not come to a test.\n${output}`);
  return outcomes;
}

/** Runs both, says how each program of the suite went, and gives all outcomes. */
async function runBoth(selections: readonly Selection[], apache: Place, gate: Place) {
  const all: { apache: TestOutcome[]; gate: TestOutcome[] } = { apache: [], gate: [] };
  for (const selection of selections) {
    const begun = performance.now();
    const alone = await againstApache(apache, selection);
    const halfway = performance.now();
    const through = parseOutcomes(await runTests(gate.work, gate.server, selection));
    const times = `${seconds(halfway - begun)}, through davgate ${seconds(performance.now() - halfway)}`;
    say(`${selection.name}: ${inWords(compare(alone, through))} (${times})`);
    all.apache.push(...alone);
    all.gate.push(...through);
  }
  return compare(all.apache, all.gate);
}

/** Runs a test that differed once more, alone. @returns what it wrote if it differs again */
async function again(gate: Place, { test }: Difference): Promise<string | undefined> {
  const [, name = '', number = ''] = /^(\S+)_tests\.py (\d+)$/.exec(test) ?? [];
  const output = await runTests(gate.work, gate.server, { name, numbers: [number] });
  const passes = parseOutcomes(output).some(({ outcome }) => isWell(outcome));
  return passes ? undefined : output;
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}

function inWords({ alike, differences, better, failingAnyway, skipped }: Comparison): string {
  return (
    `${alike} alike, ${differences.length} worse, ${better.length} better, ` +
    `${failingAnyway.length} fail against Apache alone, ${skipped} skipped`
  );
}

function list(heading: string, tests: readonly { test: string; title: string }[]): void {
  if (tests.length === 0) return;
  say(`\n${heading}`);
  for (const { test, title } of tests) say(`  ${test}: ${title}`);
}

/** @returns whether nothing that passes against Apache alone fails through davgate */
async function suite(asked: readonly string[]): Promise<boolean> {
  const source = await subversionSource(process.env);
  const selections = await selected(source, asked);
  const helpers = await mkdtemp(join(tmpdir(), 'davgate-suite-helpers-'));
  const ends: (() => Promise<unknown>)[] = [() => rm(helpers, { recursive: true })];
  const place = async (start: (work: WorkFolder) => Promise<Server>): Promise<Place> => {
    const work = await makeWorkFolder(source, helpers);
    ends.push(work.dispose);
    const server = await start(work);
    ends.push(server.end);
    return { work, server };
  };
  try {
    await compileHelpers(source, helpers);
    const apache = await place(startApache);
    const gate = await place(startGate);
    const comparison = await runBoth(selections, apache, gate);
    const { differences, better, failingAnyway } = comparison;
    const held: Difference[] = [];
    for (const difference of differences) {
      const output = await again(gate, difference);
      if (output === undefined) continue;
      held.push(difference);
      say(`\n${output}`);
    }
    const flukes = differences.filter((difference) => !held.includes(difference));
    list('Fail against Apache alone, so they say nothing about davgate:', failingAnyway);
    list('Fail against Apache alone, as the suite expects, and pass through davgate:', better);
    list('Differed once, and not when they were run alone:', flukes);
    list('Pass against Apache alone, and not through davgate:', held);
    say(`\n${inWords({ ...comparison, differences: held })}`);
    return held.length === 0;
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

process.exitCode = (await suite(process.argv.slice(2))) ? 0 : 1;
