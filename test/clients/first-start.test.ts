import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, projectFolder } from './helpers/davgate.js';
import { freePort } from './helpers/free-port.js';
import { curl, run } from './helpers/programs.js';

/** `npm start` in a folder, and all that it wrote. */
interface Started {
  readonly process: ChildProcess;
  readonly output: () => string;
  end(): Promise<void>;
}

/** Resolves when the server says what it serves. */
async function npmStart(folder: string, port: number): Promise<Started> {
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('eve    active')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => {
      reject(new Error(`npm start ended with ${String(code)}:\n${output}`));
    });
  });
  return {
    process: child,
    output: () => output,
    end: async () => {
      const ended = once(child, 'exit');
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}

/** What a clone of the working tree would hold: no packages, no build, nothing made by an earlier start. */
async function emptyClone(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'davgate-clone-'));
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: projectFolder,
  });
  for (const file of listed.split('\0').filter((name) => name !== '')) {
    await cp(join(projectFolder, file), join(folder, file));
  }
  return folder;
}

const createTransaction = [
  '--data-binary',
  '( create-txn )',
  '--header',
  'Content-Type: application/vnd.svn-skel',
];

/** For each share, how a read and a write are asked for, and what each answers to who may. */
const shares = [
  {
    share: 'media',
    read: ['media/visitor-guide.pdf', []],
    write: ['media/new.txt', ['--request', 'PUT', '--data', 'x']],
  },
  {
    share: 'docs',
    read: ['docs/Handbook.md', []],
    write: ['docs/matrix.txt', ['--request', 'PUT', '--data', 'x']],
  },
  {
    share: 'svn',
    read: ['svn/sample/trunk/README.md', []],
    write: ['svn/sample/!svn/me', createTransaction],
  },
  {
    share: 'staff',
    read: ['staff/Duty-rota.md', []],
    write: ['staff/matrix.txt', ['--request', 'PUT', '--data', 'x']],
  },
  {
    share: 'scratch',
    read: ['scratch/', []],
    write: ['scratch/matrix.txt', ['--request', 'PUT', '--data', 'x']],
  },
] as const;

/** Statuses of read and write, by share in the order above. A write that has been done before answers 204, not 201. */
const matrix = {
  admin: ['200 405', '200 201', '200 201', '200 201', '200 201'],
  alice: ['200 405', '200 204', '200 201', '403 403', '200 204'],
  bob: ['200 405', '200 403', '200 403', '403 403', '200 204'],
  carol: ['200 405', '403 403', '403 403', '200 204', '200 204'],
  dave: ['401 401', '401 401', '401 401', '401 401', '401 401'],
  eve: ['200 405', '403 403', '403 403', '403 403', '200 204'],
  'alice:wrong': ['401 401', '401 401', '401 401', '401 401', '401 401'],
} as const;

describe('npm start in an empty clone', () => {
  let folder: string;
  let port: number;
  let started: Started;
  before(async () => {
    folder = await emptyClone();
    port = await freePort();
    started = await npmStart(folder, port);
  });
  after(async () => {
    await started.end();
    await rm(folder, { recursive: true, force: true });
  });

  it('prints the URL of each share, who may read and write it, and the logins', () => {
    const output = started.output();
    for (const { share } of shares) assert.ok(output.includes(`http://127.0.0.1:${port}/${share}/`), share);
    assert.match(output, /read: {2}active users who have the permission docs\.view_document/);
    assert.match(output, /write: active users who have the permission docs\.change_document/);
    for (const name of ['admin', 'alice', 'bob', 'carol', 'dave', 'eve'])
      assert.match(output, new RegExp(`^ {2}${name} `, 'm'));
  });

  for (const [who, statuses] of Object.entries(matrix)) {
    it(`lets ${who} do what he may and nothing else`, async () => {
      const user = who.includes(':') ? who : login(who);
      for (const [index, { share, read, write }] of shares.entries()) {
        const ask = async ([path, args]: readonly [string, readonly string[]]): Promise<number> =>
          (await curl(`http://127.0.0.1:${port}/${path}`, ['--user', user, ...args])).status;
        assert.equal(`${await ask(read)} ${await ask(write)}`, statuses[index], share);
      }
    });
  }

  it('asks whoever comes without a password for one, with the same realm everywhere', async () => {
    for (const path of ['media/', 'docs/', 'svn/sample/', 'staff/', 'scratch/', 'nowhere', '']) {
      const { status, headers } = await curl(`http://127.0.0.1:${port}/${path}`);
      assert.equal(status, 401, path);
      assert.equal(headers.get('www-authenticate'), 'Basic realm="davgate"', path);
    }
  });

  it('starts a second time without installing or building anything', async () => {
    await started.end();
    const begun = performance.now();
    started = await npmStart(folder, port);
    const seconds = (performance.now() - begun) / 1000;
    process.stdout.write(`second start: ${seconds.toFixed(1)} s\n`);
    assert.doesNotMatch(started.output(), /installing|building|making|preparing/);
  });
});
