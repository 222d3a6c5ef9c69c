import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSample } from '../clients/helpers/davgate.js';
import { run } from '../clients/helpers/programs.js';
import { startBareApache } from './bare-apache.js';
import { alternately, median, report } from './measuring.js';
import { startModWsgi } from './mod-wsgi.js';
import { startServer } from './peer.js';

const folders = 30;
const filesEach = 100;
const files = folders * filesEach;
/** Folders that are fetched from the incumbent, which takes minutes for the whole; its time is given for each file. */
const fewFolders = 1;
const rounds = 3;

/**
 * Checkout, export, update, commit and log of a tree of 3,000 files with a password, against a bare Apache that asks
 * for none and, for a hundred of these files, against Apache that asks Django through mod_wsgi.
 */
export async function subversion(): Promise<void> {
  const sample = await makeSample();
  const work = await mkdtemp(join(tmpdir(), 'davgate-bench-'));
  for (const folder of [sample, work]) await chmod(folder, 0o755);
  // Nobody reads the log: that would take a core from those who are measured.
  const davgate = await startServer('server/main.js', join(sample, 'shares.json'));
  const bare = await startBareApache(sample, work);
  const incumbent = await startModWsgi(sample, work);
  try {
    for (const name of ['ours', 'theirs']) await makeRepository(join(sample, 'svn', name));
    const ours = await workingCopy(`${davgate.url}/svn/ours`, 'ours', work);
    const theirs = await workingCopy(`${bare.url}/svn/theirs`, 'theirs', work);
    for (const [name, measure] of Object.entries(measurements)) {
      const medians = await alternately(
        rounds,
        () => measure(ours),
        () => measure(theirs),
      );
      report(`svn ${name} of ${files} files, seconds`, ['davgate', 'bare Apache'], medians);
    }
    if (incumbent) {
      const some = (copy: Copy): Copy => ({ ...copy, url: `${copy.url}/0` });
      for (const name of ['checkout', 'export'] as const) {
        const few = await alternately(
          rounds,
          () => measurements[name](some(ours)),
          () => measurements[name](some({ ...ours, url: `${incumbent.url}/svn/ours` })),
        );
        report(
          `svn ${name} of ${fewFolders * filesEach} files, seconds a file`,
          ['davgate', 'Apache with mod_wsgi'],
          { ours: few.ours / (fewFolders * filesEach), theirs: few.theirs / (fewFolders * filesEach) },
        );
      }
    } else {
      process.stdout.write(
        'Apache with mod_wsgi is not measured: libapache2-mod-wsgi-py3 is not installed.\n',
      );
    }
  } finally {
    await incumbent?.end();
    await bare.end();
    await davgate.end();
    for (const folder of [sample, work]) await rm(folder, { recursive: true, force: true });
  }
}

interface Copy {
  readonly url: string;
  /** Absolute folder of a working copy. */
  readonly folder: string;
  readonly work: string;
}

let texts = 0;

/** Each gives the seconds that the server and svn took. */
const measurements = {
  checkout: async ({ url, work }: Copy) => {
    const seconds = await timed(work, 'checkout', '-q', url, join(work, 'out'));
    await rm(join(work, 'out'), { recursive: true });
    return seconds;
  },
  export: async ({ url, work }: Copy) => {
    const seconds = await timed(work, 'export', '-q', url, join(work, 'out'));
    await rm(join(work, 'out'), { recursive: true });
    return seconds;
  },
  commit: async ({ folder, work }: Copy) => {
    texts += 1;
    await writeFiles(folder, `text ${texts}`);
    return timed(work, 'commit', '-q', '-m', `All files, ${texts}`, folder);
  },
  update: async ({ folder, work }: Copy) => {
    await timed(work, 'update', '-q', '-r', '1', folder);
    return timed(work, 'update', '-q', folder);
  },
  /** The median of five, since one is soon over. */
  log: async ({ url, work }: Copy) => {
    const taken: number[] = [];
    for (let time = 0; time < 5; time += 1) taken.push(await timed(work, 'log', '-v', '-q', url));
    return median(taken);
  },
};

async function timed(work: string, ...args: readonly string[]): Promise<number> {
  const login = ['--username', 'alice', '--password', 'alice-demo'];
  const options = ['--non-interactive', '--no-auth-cache', '--config-dir', join(work, 'config'), ...login];
  const begun = performance.now();
  await run('svn', [...args, ...options]);
  return (performance.now() - begun) / 1000;
}

async function makeRepository(repository: string): Promise<void> {
  await run('svnadmin', ['create', repository]);
  const { uid, gid } = await stat(join(repository, '..', 'sample', 'db'));
  await run('chown', ['-R', `${uid}:${gid}`, repository]);
}

async function workingCopy(url: string, name: string, work: string): Promise<Copy> {
  const tree = join(work, `tree of ${name}`);
  for (let folder = 0; folder < folders; folder += 1)
    await mkdir(join(tree, String(folder)), { recursive: true });
  await writeFiles(tree, 'text');
  await timed(work, 'import', '-q', '-m', 'A tree', tree, url);
  const folder = join(work, name);
  await timed(work, 'checkout', '-q', url, folder);
  return { url, folder, work };
}

async function writeFiles(tree: string, text: string): Promise<void> {
  for (let folder = 0; folder < folders; folder += 1) {
    for (let file = 0; file < filesEach; file += 1) {
      const line = `${text} of file ${folder}/${file}\n`;
      await writeFile(join(tree, String(folder), `${file}.txt`), line.repeat(60 + file));
    }
  }
}
