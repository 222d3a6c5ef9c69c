import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApacheFront } from '../clients/guard/apache-front.js';
import { startFront, type Front } from '../clients/guard/front.js';
import { guardedSite } from '../clients/guard/guarded-site.js';
import { startNginx } from '../clients/guard/other-fronts.js';
import { login } from '../clients/helpers/davgate.js';
import { freePort } from '../clients/helpers/free-port.js';
import { run } from '../clients/helpers/programs.js';
import { manyGets, processorTime } from './many-gets.js';
import { alternately, median, report } from './measuring.js';
import { startModWsgi } from './mod-wsgi.js';

const requests = 20_000;
const rounds = 9;

interface SmallFile {
  readonly name: string;
  readonly bytes: number;
}

const smallFiles: readonly SmallFile[] = [6, 4096, 16_384].map((bytes) => ({ name: `${bytes}.txt`, bytes }));

const members = 200;
const files = 300;
/** Small files that are fetched from the incumbent; its time is given for each. */
const fewGets = 48;
const manyMore = 1000;

/**
 * What it costs other servers to ask: nginx that keeps an answer for a second, beside nginx that asks nobody; Apache that
 * asks davgate, beside Apache that asks Django through mod_wsgi.
 */
export async function guard(): Promise<void> {
  const site = await guardedSite();
  const work = await mkdtemp(join(tmpdir(), 'davgate-bench-'));
  for (const folder of [site.folder, work]) await chmod(folder, 0o755);
  const fronts: Front[] = [];
  try {
    for (const { name, bytes } of smallFiles) {
      await writeFile(join(site.folder, 'files', name), Buffer.alloc(bytes, 'x'));
    }
    const nginx = await startNginx({ ...site, backend: 9 });
    fronts.push(nginx);
    const bare = await startBareNginx(site.folder, work);
    fronts.push(bare);
    for (const file of smallFiles) await compareNginx(nginx, bare, file);
    await fillRepository(site.folder, work);
    const apache = await startApacheFront(site);
    fronts.push(apache);
    const incumbent = await startModWsgi(site.folder, work);
    if (!incumbent) {
      process.stdout.write(
        'Apache with mod_wsgi is not measured: libapache2-mod-wsgi-py3 is not installed.\n',
      );
      return;
    }
    fronts.push(incumbent);
    await compare(`${apache.url}/repos/bench`, `${incumbent.url}/svn/bench`, work);
  } finally {
    for (const front of fronts) await front.end();
    await site.dispose();
    await rm(work, { recursive: true, force: true });
  }
}

/** The same credentials go to both, so that both read as much. */
async function compareNginx(asking: Front, bare: Front, { name, bytes }: SmallFile): Promise<void> {
  const credentials = ['-A', login('alice')];
  const one = await measured(asking, name, credentials);
  const other = await measured(bare, name, credentials);
  const names = ['nginx that asks davgate', 'nginx that asks nobody'] as const;
  report(
    `GETs of ${bytes} bytes a second, 16 at once`,
    names,
    await alternately(rounds, one.rate, other.rate),
  );
  const [ours, theirs] = [median(one.times), median(other.times)];
  report('microseconds of nginx\u2019s processor time for each', names, { ours, theirs });
  process.stdout.write(
    `  what asking adds: ${(ours - theirs).toFixed(1)} \u00b5s, for a subrequest and one pread64 of the answer kept\n`,
  );
}

/** Asks one nginx; `times` collects the microseconds of processor time that its worker took for a request. */
async function measured({ url, pid }: Front, file: string, args: readonly string[]) {
  const [worker = ''] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ');
  const times: number[] = [];
  const rate = async (): Promise<number> => {
    const before = await processorTime(Number(worker));
    const perSecond = await manyGets(`${url}/files/${file}`, requests, args);
    times.push(((await processorTime(Number(worker))) - before) / 1000 / requests);
    return perSecond;
  };
  return { times, rate };
}

async function compare(ours: string, theirs: string, work: string): Promise<void> {
  const names = ['Apache that asks davgate', 'Apache with mod_wsgi'] as const;
  const gets = async (url: string, number: number): Promise<number> =>
    1 / (await manyGets(`${url}/listing/0.txt`, number, ['-A', login('alice')]));
  const measured: readonly (readonly [
    what: string,
    ours: () => Promise<number>,
    theirs: () => Promise<number>,
  ])[] = [
    [
      `PROPFIND of ${members} files, seconds`,
      () => propfind(`${ours}/listing/`),
      () => propfind(`${theirs}/listing/`),
    ],
    [
      `svn checkout of ${files} files, seconds`,
      () => checkout(`${ours}/tree`, work),
      () => checkout(`${theirs}/tree`, work),
    ],
    [
      'seconds for each of many small GETs, 16 at once',
      () => gets(ours, manyMore),
      () => gets(theirs, fewGets),
    ],
  ];
  for (const [what, one, other] of measured) {
    await one();
    const figures = { ours: await one(), theirs: await other() };
    report(what, names, figures);
    process.stdout.write(`  times as fast: ${(figures.theirs / figures.ours).toFixed(1)}\n`);
  }
}

async function startBareNginx(root: string, work: string): Promise<Front> {
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${work}/${name};`,
  );
  const lines = [
    'daemon off;',
    'worker_processes 1;',
    `pid ${work}/pid;`,
    `error_log ${work}/error.log;`,
    'events {}',
    'http {',
    'access_log off;',
    ...temporary,
    `server { listen 127.0.0.1:${port}; root ${root}; }`,
    '}',
  ];
  await writeFile(join(work, 'nginx.conf'), `${lines.join('\n')}\n`);
  return startFront('nginx', ['-p', work, '-c', join(work, 'nginx.conf')], port);
}

async function fillRepository(sample: string, work: string): Promise<void> {
  const repository = join(sample, 'svn', 'bench');
  await run('svnadmin', ['create', repository]);
  for (const [folder, number] of [
    ['listing', members],
    ['tree', files],
  ] as const) {
    await mkdir(join(work, 'import', folder), { recursive: true });
    for (let file = 0; file < number; file += 1) {
      await writeFile(join(work, 'import', folder, `${file}.txt`), `file ${file}\n`.repeat(20));
    }
  }
  await run('svn', ['import', '--quiet', '-m', 'All', join(work, 'import'), `file://${repository}`]);
  const { uid, gid } = await stat(join(sample, 'svn', 'sample', 'db'));
  await run('chown', ['-R', `${uid}:${gid}`, repository]);
}

async function checkout(url: string, work: string): Promise<number> {
  const copy = join(work, 'copy');
  const user = ['--username', 'alice', '--password', 'alice-demo'];
  const options = ['--non-interactive', '--no-auth-cache', '--config-dir', join(work, 'config'), ...user];
  const begun = performance.now();
  await run('svn', ['checkout', '--quiet', url, copy, ...options]);
  const seconds = (performance.now() - begun) / 1000;
  await rm(copy, { recursive: true });
  return seconds;
}

async function propfind(url: string): Promise<number> {
  const begun = performance.now();
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request(url, { method: 'PROPFIND', headers: { Depth: '1' }, auth: login('alice') }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        resolve(answer.statusCode);
      });
    })
      .on('error', reject)
      .end();
  });
  if (status !== 207) throw new Error(`${url}: ${status ?? 'no status'}`);
  return (performance.now() - begun) / 1000;
}
