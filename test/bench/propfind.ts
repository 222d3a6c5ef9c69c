import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { login, sampleDavgate } from '../clients/helpers/davgate.js';
import { median } from './measuring.js';
import { startLighttpd } from './servers/lighttpd.js';
import { startNginx } from './servers/nginx.js';
import { startPlainApache } from './servers/plain-apache.js';
import type { OpenServerOptions } from './servers/program.js';
import { startRclone } from './servers/rclone.js';
import { startServer, type Peer } from './peer.js';

const sizes = [1000, 10_000] as const;
const rounds = 9;
/** Rounds that do not count: servers run for months, and one of them compiles its code while it runs. */
const warmUp = 10;

/** What rclone asks of a folder. */
const body =
  '<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop><d:displayname/><d:getlastmodified/>' +
  '<d:getcontentlength/><d:resourcetype/></d:prop></d:propfind>';

/** Listings of large folders, davgate with a password in every request, the others without. */
export async function propfind(): Promise<void> {
  const sample = await sampleDavgate();
  const work = await mkdtemp(join(tmpdir(), 'davgate-bench-'));
  const root = join(sample.folder, 'docs');
  for (const folder of [sample.folder, root, work]) await chmod(folder, 0o755);
  await sample.end();
  const running: { name: string; peer: Peer; base: string; auth?: string }[] = [];
  try {
    for (const size of sizes) await fill(join(root, `listing-${size}`), size);
    const davgate = await startServer('server/main.js', join(sample.folder, 'shares.json'));
    running.push({ name: 'davgate', peer: davgate, base: '/docs', auth: login('alice') });
    const rivals: Readonly<Record<string, (options: OpenServerOptions) => Promise<Peer>>> = {
      'Apache mod_dav': ({ documents, work: own }) => startPlainApache(documents, own),
      lighttpd: startLighttpd,
      'nginx dav-ext': startNginx,
      'rclone serve': startRclone,
    };
    for (const [name, start] of Object.entries(rivals)) {
      const folder = join(work, name.replaceAll(' ', '-'));
      await mkdir(folder);
      await chmod(folder, 0o777);
      running.push({ name, peer: await start({ documents: root, work: folder, cores: 1 }), base: '' });
    }
    for (const size of sizes) {
      const times = new Map<string, number[]>(running.map(({ name }) => [name, []]));
      // In turns, so that what disturbs the machine disturbs all alike.
      for (let round = -warmUp; round < rounds; round += 1) {
        for (const { name, peer, base, auth } of running) {
          const milliseconds = await list(`${peer.url}${base}/listing-${size}/`, auth, size);
          if (round >= 0) times.get(name)?.push(milliseconds);
        }
      }
      const figures = [...times].map(([name, taken]) => `${name} ${median(taken).toFixed(1)}`);
      process.stdout.write(`PROPFIND Depth 1 of ${size} files, milliseconds: ${figures.join(', ')}\n`);
    }
  } finally {
    for (const { peer } of running) await peer.end();
    await sample.dispose();
    await rm(work, { recursive: true, force: true });
  }
}

async function fill(folder: string, size: number): Promise<void> {
  await mkdir(folder);
  for (let number = 0; number < size; number += 1) {
    await writeFile(join(folder, `report ${String(number).padStart(5, '0')}.txt`), `${number}\n`);
  }
}

const agent = new Agent({ keepAlive: true });

async function list(url: string, auth: string | undefined, size: number): Promise<number> {
  const begun = performance.now();
  const answer = await new Promise<{ status: number | undefined; xml: string }>((resolve, reject) => {
    const headers = { Depth: '1', 'Content-Type': 'application/xml', 'Content-Length': body.length };
    const options = { agent, method: 'PROPFIND', headers, ...(auth === undefined ? {} : { auth }) };
    request(url, options, (response) => {
      text(response).then((xml) => {
        resolve({ status: response.statusCode, xml });
      }, reject);
    })
      .on('error', reject)
      .end(body);
  });
  const milliseconds = performance.now() - begun;
  const found = answer.xml.match(/<(\w+:)?response[ >]/g)?.length;
  if (answer.status === 207 && found === size + 1) return milliseconds;
  throw new Error(`${url}: ${answer.status ?? 'no status'}, ${found ?? 0} members`);
}
