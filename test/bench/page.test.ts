import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { check, resolveConfig } from 'prettier';
import { projectFolder } from '../clients/helpers/davgate.js';
import { parseBenchArguments } from './arguments.js';
import { growthSection, saveSection, tableSection } from './page.js';
import { Results } from './results.js';
import { declaresWorkers } from './servers/davgate.js';

describe('the page of a run', () => {
  let folder: string;
  const asked = parseBenchArguments(['--peers', 'davgate,floor'], []);
  if (asked.kind !== 'table') throw new Error(JSON.stringify(asked));
  const { plan } = asked;
  const cores = { servers: [0, 1], generator: [0, 1] };
  const page = (): Promise<string> => readFile(join(folder, 'docs/benchmarks.md'), 'utf8');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'davgate-page-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('says where and with what was measured, without a name of the machine', async () => {
    const results = new Results();
    results.add('davgate', { get: { figure: 12_345, microseconds: 81 } });
    const text = await tableSection(plan, { results, cores, failures: [] }, 12);
    assert.match(
      text,
      /^## The table\n\n\d{4}-\d\d-\d\d\. \d+ cores? \(.+\), \d+ GiB of memory, Linux \S+\. /,
    );
    assert.match(text, /davgate \d+\.\d+\.\d+.*, Node\.js \d+\.\d+\.\d+\. /);
    assert.match(text, /may use 2 cores, which the load generator shares with them\. 5 rounds/);
    assert.match(text, /\| GET of 1 KB, per second \| 12,300 \| – \|/);
    assert.match(text, /\| svn log .* \| – \| not measured \|/);
    await saveSection('table', text, folder);
  });

  it('keeps what was written by hand when the next run is saved, and is formatted', async () => {
    const file = join(folder, 'docs/benchmarks.md');
    const byHand = 'A GET of 512 MB is bound by copying through user space.';
    await writeFile(
      file,
      (await page()).replace(/What bounds each.*\n/, () => `${byHand}\n`),
    );
    const points = [
      [1, 10],
      [2, 20],
    ] as const;
    const curves = [{ title: 'Workers', server: 'davgate', points }];
    await saveSection('growth', await growthSection(plan, { curves, cores }), folder);
    await saveSection('table', '## The table\n\n| a | b |\n|--|--|\n| long text | 1 |', folder);
    const text = await page();
    assert.ok(text.includes(byHand), text);
    assert.ok(text.includes('### Workers'), text);
    assert.ok(!text.includes('12,300'), text);
    const config = await resolveConfig(join(projectFolder, 'docs/benchmarks.md'));
    assert.ok(await check(text, { ...config, filepath: file }));
  });
});

describe('workers', () => {
  it('are declared only where the schema knows them', () => {
    assert.equal(declaresWorkers({ properties: { workers: {}, shares: {} } }), true);
    assert.equal(declaresWorkers({ properties: { shares: {} } }), false);
    assert.equal(declaresWorkers({}), false);
  });
});
