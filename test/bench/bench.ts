import { isWhole, parseBenchArguments, type Plan } from './arguments.js';
import { attacksBySignedIn } from './attacks.js';
import { authentication } from './authentication.js';
import { checkout } from './checkout.js';
import { durability } from './durability.js';
import { guard } from './guard.js';
import { measureGrowth } from './growth.js';
import { growthSection, saveSection, tableSection } from './page.js';
import { propfind } from './propfind.js';
import { smallGet } from './small-get.js';
import { subversion } from './subversion.js';
import { measureTable } from './table.js';
import { worstBodies } from './worst-bodies.js';
import { worstSvnBodies } from './worst-svn-bodies.js';

/** What `npm run bench -- NAME …` measures, by name. */
const measurements: Readonly<Record<string, () => Promise<void>>> = {
  checkout,
  'small-get': smallGet,
  authentication,
  propfind,
  durability,
  subversion,
  guard,
  bodies: worstBodies,
  'svn-bodies': worstSvnBodies,
  attacks: attacksBySignedIn,
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const report = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function table(plan: Plan): Promise<void> {
  const begun = performance.now();
  const run = await measureTable(plan, report);
  const section = await tableSection(plan, run, (performance.now() - begun) / 60_000);
  print(section);
  if (run.failures.length > 0) {
    process.exitCode = 1;
    report(`Not everything was measured:\n${run.failures.join('\n')}`);
    report('Not saved.');
  } else if (isWhole(plan)) report(`Saved in ${await saveSection('table', section)}.`);
  else report('Not saved, since the run is not whole.');
}

async function growth(plan: Plan): Promise<void> {
  const section = await growthSection(plan, await measureGrowth(plan, report));
  print(section);
  if (isWhole(plan, ['davgate'])) report(`Saved in ${await saveSection('growth', section)}.`);
  else report('Not saved, since the run is not whole.');
}

const asked = parseBenchArguments(process.argv.slice(2), Object.keys(measurements));
switch (asked.kind) {
  case 'table':
    await table(asked.plan);
    break;
  case 'growth':
    await growth(asked.plan);
    break;
  case 'named':
    for (const name of asked.names) await measurements[name]?.();
    break;
  case 'mistake':
    report(asked.message);
    process.exitCode = 2;
}
