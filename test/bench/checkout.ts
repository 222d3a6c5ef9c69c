import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleDavgate } from '../clients/helpers/davgate.js';
import { run } from '../clients/helpers/programs.js';
import { startBareApache } from './bare-apache.js';
import { alternately, report } from './measuring.js';

const folders = 30;
const filesEach = 100;

/** `svn checkout` with a password, against a bare Apache that serves the same repository and asks for none. */
export async function checkout(): Promise<void> {
  const davgate = await sampleDavgate();
  const work = await mkdtemp(join(tmpdir(), 'davgate-bench-'));
  for (const folder of [davgate.folder, work]) await chmod(folder, 0o755);
  const apache = await startBareApache(davgate.folder, work);
  try {
    await fillRepository(davgate.url, work);
    const medians = await alternately(
      5,
      () => checkoutFrom(`${davgate.url}/svn/sample/bench`, work),
      () => checkoutFrom(`${apache.url}/svn/sample/bench`, work),
    );
    report(`svn checkout of ${folders * filesEach} files, seconds`, ['davgate', 'bare Apache'], medians);
  } finally {
    await apache.end();
    await davgate.dispose();
    await rm(work, { recursive: true, force: true });
  }
}

/** @returns seconds */
async function checkoutFrom(url: string, work: string): Promise<number> {
  const copy = join(work, 'copy');
  const begun = performance.now();
  await run('svn', ['checkout', '--quiet', url, copy, ...svnOptions(work)]);
  const seconds = (performance.now() - begun) / 1000;
  await rm(copy, { recursive: true });
  return seconds;
}

function svnOptions(work: string): string[] {
  const login = ['--username', 'alice', '--password', 'alice-demo'];
  return ['--non-interactive', '--no-auth-cache', '--config-dir', join(work, 'config'), ...login];
}

async function fillRepository(url: string, work: string): Promise<void> {
  for (let folder = 0; folder < folders; folder += 1) {
    await mkdir(join(work, 'tree', String(folder)), { recursive: true });
    for (let file = 0; file < filesEach; file += 1) {
      const text = `file ${folder}/${file}\n`.repeat(60 + file);
      await writeFile(join(work, 'tree', String(folder), `${file}.txt`), text);
    }
  }
  const tree = join(work, 'tree');
  const to = `${url}/svn/sample/bench`;
  await run('svn', ['import', '-q', '-m', 'A tree to check out', tree, to, ...svnOptions(work)]);
}
