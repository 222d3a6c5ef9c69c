import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { apacheConfig } from '../../src/svn/apache-config.js';
import { findApache } from '../../src/svn/find-apache.js';
import { sampleDavgate } from '../clients/davgate.js';
import { freePort } from '../clients/free-port.js';
import { curl, run } from '../clients/programs.js';

/**
 * Measures davgate against a bare Apache that serves the same repositories and files with the same settings and without
 * authentication, one after the other in the same run, and prints the ratio of the medians.
 */
const rounds = 5;
const folders = 30;
const filesEach = 100;

async function main(): Promise<void> {
  const davgate = await sampleDavgate();
  const work = await mkdtemp(join(tmpdir(), 'davgate-bench-'));
  // The peer runs as another user and must reach the files.
  for (const folder of [davgate.folder, work]) await chmod(folder, 0o755);
  const peer = await startBareApache(davgate.folder, work);
  try {
    await fillRepository(davgate.url, work);
    await compare(
      `svn checkout of ${folders * filesEach} files, seconds`,
      () => checkout(`${davgate.url}/svn/sample/bench`, work),
      () => checkout(`${peer.url}/svn/sample/bench`, work),
    );
    const file = 'media/visitor-guide.pdf';
    await compare(
      'seconds for 1,000 GETs of a small file with authentication, 16 at once',
      () => small(`${davgate.url}/${file}`, ['-A', 'alice:alice-demo']),
      () => small(`${peer.url}/${file}`, []),
    );
  } finally {
    peer.process.kill();
    await davgate.dispose();
    await rm(work, { recursive: true, force: true });
  }
}

async function compare(
  what: string,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<void> {
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  await ours();
  await theirs();
  for (let round = 0; round < rounds; round += 1) {
    times.ours.push(await ours());
    times.theirs.push(await theirs());
  }
  const [a, b] = [median(times.ours), median(times.theirs)];
  process.stdout.write(
    `${what}: davgate ${a.toFixed(3)}, bare Apache ${b.toFixed(3)}, ratio ${(a / b).toFixed(2)}\n`,
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function checkout(url: string, work: string): Promise<number> {
  const copy = join(work, 'copy');
  const begun = performance.now();
  await run('svn', ['checkout', '--quiet', url, copy, ...svnOptions(work)]);
  const seconds = (performance.now() - begun) / 1000;
  await rm(copy, { recursive: true });
  return seconds;
}

async function small(url: string, args: readonly string[]): Promise<number> {
  const out = await run('ab', ['-q', '-k', '-n', '20000', '-c', '16', ...args, url]);
  const rate = Number(/Requests per second:\s+([\d.]+)/.exec(out)?.[1]);
  if (!out.includes('Non-2xx')) return 1000 / rate;
  throw new Error(out);
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
  await run('svn', [
    'import',
    '-q',
    '-m',
    'A tree to check out',
    join(work, 'tree'),
    `${url}/svn/sample/bench`,
    ...svnOptions(work),
  ]);
}

/** The same configuration as the child's, less what keeps others out. */
async function startBareApache(
  sample: string,
  work: string,
): Promise<{ url: string; process: ChildProcess }> {
  const program = await findApache(process.env.PATH ?? '');
  if (!program.found) throw new Error(program.message);
  const port = await freePort();
  const owner = await stat(join(sample, 'svn'));
  const runtimeFolder = join(work, 'apache');
  await mkdir(runtimeFolder);
  await run('chown', [`${owner.uid}:${owner.gid}`, runtimeFolder]);
  const locations = [{ path: '/svn', parentPath: join(sample, 'svn') }];
  const guarded = apacheConfig({ port, runtimeFolder, modules: program.modules, locations });
  const bare = guarded
    .replace(/^ *(Auth\w+|Anonymous\w*|<\/?RequireAll>|Require) ?.*\n/gm, '')
    .replace(/^DocumentRoot .*$/m, `DocumentRoot "${sample}"`)
    .replaceAll(/^<Location "(.*)">$/gm, '<Location "$1">\n  Require all granted');
  const configuration = join(work, 'httpd.conf');
  await writeFile(configuration, bare);
  const child = spawn(program.binary, ['-DFOREGROUND', '-f', configuration], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DAVGATE_UPSTREAM_PROOF: 'unused' },
    ...(process.geteuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {}),
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries += 1) {
    const status = await curl(`${url}/svn/sample/`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return { url, process: child };
    await delay(25);
  }
  child.kill();
  throw new Error('The bare Apache did not start.');
}

await main();
