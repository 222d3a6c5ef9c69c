import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { login, sampleDavgate, type TestDavgate } from '../clients/helpers/davgate.js';
import { outcomeOf } from '../clients/helpers/programs.js';
import { median } from './measuring.js';

/** One of the requests that are sent at once. */
interface Request {
  readonly path: string;
  readonly method?: string;
  readonly headers?: readonly string[];
  /** A file with the body. */
  readonly body?: string;
}

interface Attack {
  readonly what: string;
  /** @param folder where bodies are written */
  requests(davgate: TestDavgate, folder: string): Promise<readonly Request[]> | readonly Request[];
  /** What the attacker does before. */
  before?(davgate: TestDavgate, folder: string): Promise<void>;
}

const times = <T>(number: number, make: (index: number) => T): T[] =>
  Array.from({ length: number }, (_, index) => make(index));

const listing = (path: string): Request => ({ path, method: 'PROPFIND', headers: ['Depth: 1'] });

/** Where a Mac would spell each name in two characters. */
const decomposed = `/docs/${'e%CC%81/'.repeat(250)}`;

async function written(folder: string, name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

const property = (name: string, value: string): string =>
  `<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>` +
  `<x:${name} xmlns:x="urn:x">${value}</x:${name}></D:prop></D:set></D:propertyupdate>`;

const attacks: readonly Attack[] = [
  {
    what: '100 PROPFINDs of 6,000 members',
    requests: () => times(100, () => listing('/docs/wide-6000/')),
  },
  {
    what: '250 PROPFINDs of 1,000 members',
    requests: () => times(250, () => listing('/docs/wide-1000/')),
  },
  {
    what: '250 pages that list 1,000 members',
    requests: () => times(250, () => ({ path: '/docs/wide-1000/' })),
  },
  {
    what: '16 COPYs of 6,000 members',
    requests: ({ url }) =>
      times(16, (index) => ({
        path: '/docs/wide-6000/',
        method: 'COPY',
        headers: [`Destination: ${url}/docs/copy-${index}/`],
      })),
  },
  {
    what: '16 DELETEs of 6,000 members',
    requests: () => times(16, (index) => ({ path: `/docs/copy-${index}/`, method: 'DELETE' })),
  },
  {
    what: '40 REPORTs of 960 KB',
    requests: async (_, folder) => {
      const body = await written(
        folder,
        'report',
        `<S:log-report xmlns:S="svn:">${'<S:path>trunk</S:path>'.repeat(43_000)}</S:log-report>`,
      );
      return times(40, () => ({ path: '/svn/sample/!svn/rvr/1', method: 'REPORT', body }));
    },
  },
  {
    what: '100 paths of 250 names in a Mac\u2019s spelling',
    requests: () => times(100, () => ({ path: decomposed, headers: ['User-Agent: WebDAVFS/3.0'] })),
  },
  {
    what: '100 PROPFINDs of 250 names for each of 1,000 members',
    requests: async (_, folder) => {
      const names = times(250, (index) => `<x:p${index}/>`).join('');
      const body = await written(
        folder,
        'propfind',
        `<D:propfind xmlns:D="DAV:" xmlns:x="urn:x"><D:prop>${names}</D:prop></D:propfind>`,
      );
      return times(100, () => ({ ...listing('/docs/wide-1000/'), body }));
    },
  },
  {
    what: '4 COPYs of a folder with 12 MB of properties',
    before: async (davgate, folder) => {
      const files = times(200, (index) => `/docs/props/file-${index}`);
      await mkdir(join(davgate.folder, 'docs/props'));
      for (const file of files) await writeFile(join(davgate.folder, file), 'x');
      const body = await written(folder, 'patch', property('large', 'x'.repeat(60_000)));
      await send(
        davgate,
        folder,
        files.map((path) => ({ path, method: 'PROPPATCH', body })),
        4,
      );
    },
    requests: ({ url }) =>
      times(4, (index) => ({
        path: '/docs/props/',
        method: 'COPY',
        headers: [`Destination: ${url}/docs/props-copy-${index}/`],
      })),
  },
  {
    what: 'MOVE of a folder with 12 MB of properties',
    requests: ({ url }) => [
      { path: '/docs/props/', method: 'MOVE', headers: [`Destination: ${url}/docs/moved/`] },
    ],
  },
  {
    what: '60 PROPPATCHes of 960 KB',
    requests: async (_, folder) => {
      const body = await written(folder, 'patch', property('huge', '<y/>'.repeat(15_000)));
      return times(60, () => ({ path: '/docs/wide-1000/', method: 'PROPPATCH', body }));
    },
  },
];

/**
 * What one user sends at once, and what it does to another who reads a small file all the while: how long that takes at
 * the median and at most, and the server's memory at its highest.
 */
export async function attacksBySignedIn(): Promise<void> {
  const davgate = await sampleDavgate();
  const folder = join(davgate.folder, 'attack');
  try {
    await mkdir(folder);
    for (const size of [1000, 6000]) {
      const wide = join(davgate.folder, 'docs', `wide-${size}`);
      await mkdir(wide);
      for (let index = 0; index < size; index += 1) await writeFile(join(wide, `member-${index}.txt`), 'x');
    }
    await watched(davgate, delay(500, ''));
    for (const attack of attacks) {
      await attack.before?.(davgate, folder);
      const requests = await attack.requests(davgate, folder);
      const begun = performance.now();
      const { taken, answer, memory } = await watched(davgate, send(davgate, folder, requests, 300));
      process.stdout.write(
        `${attack.what} (${answer}; ${((performance.now() - begun) / 1000).toFixed(1)} s): ` +
          `another’s GET ${median(taken).toFixed(1)} ms, at most ${Math.max(...taken).toFixed(0)} ms ` +
          `of ${taken.length}; memory ${memory.toFixed(0)} MB\n`,
      );
    }
  } finally {
    await davgate.dispose();
  }
}

/** Sends requests from a process of their own, as many at once. @returns the statuses, and how often each */
async function send(
  { url }: TestDavgate,
  folder: string,
  requests: readonly Request[],
  atOnce: number,
): Promise<string> {
  const parts = requests.map(({ path, method = 'GET', headers = [], body }) =>
    [
      `url = "${url}${path}"`,
      `request = "${method}"`,
      `user = "${login('alice')}"`,
      'basic',
      'path-as-is',
      'silent',
      'output = "/dev/null"',
      'write-out = "%{http_code}\\n"',
      ...headers.map((header) => `header = "${header}"`),
      ...(body === undefined ? [] : [`data-binary = "@${body}"`, 'header = "Content-Type: text/xml"']),
    ].join('\n'),
  );
  const config = await written(folder, 'requests', parts.join('\nnext\n'));
  const { out } = await outcomeOf('curl', [
    '--parallel',
    '--parallel-immediate',
    '--parallel-max',
    String(atOnce),
    '--config',
    config,
  ]);
  const counts = new Map<string, number>();
  for (const status of out.trim().split('\n')) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
}

interface Watched {
  /** Milliseconds of each GET. */
  readonly taken: number[];
  readonly answer: string;
  /** MB at most. */
  readonly memory: number;
}

/** Reads a small file as another user, again and again, until `action` is over. */
async function watched(davgate: TestDavgate, action: Promise<string>): Promise<Watched> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const taken: number[] = [];
  let memory = 0;
  const progress = { isOver: false };
  const end = action.finally(() => {
    progress.isOver = true;
  });
  do {
    const begun = performance.now();
    await get(`${davgate.url}/docs/Handbook.md`, agent);
    taken.push(performance.now() - begun);
    const status = await readFile(`/proc/${davgate.process.pid ?? 0}/status`, 'utf8');
    memory = Math.max(memory, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
    await delay(5);
  } while (!progress.isOver);
  agent.destroy();
  return { taken, answer: await end, memory };
}

function get(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request(url, { agent, auth: login('bob') }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${url}: ${response.statusCode ?? 0}`));
      });
    })
      .on('error', reject)
      .end();
  });
}
