import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request, type ClientRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../helpers/until.js';
import { DavClient } from './helpers/dav-client.js';
import { declare, login, makeSample, sampleDavgate, startDavgate } from './helpers/davgate.js';
import { freePort } from './helpers/free-port.js';
import { curl, outcomeOf, run } from './helpers/programs.js';
import { answering, processesOf, untilGone, withTwoWorkers } from './helpers/workers.js';

type Sample = Awaited<ReturnType<typeof sampleDavgate>>;

const lockInfo =
  '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';
const mark =
  '<propertyupdate xmlns="DAV:"><set><prop><mark xmlns="urn:x">kept</mark></prop></set></propertyupdate>';

const members = 200;

describe('workers', () => {
  let davgate: Sample;
  let folder: string;
  before(async () => {
    davgate = await sampleDavgate(withTwoWorkers);
    folder = await mkdtemp(join(tmpdir(), 'davgate-workers-'));
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const answers = async (): Promise<number> =>
    (await curl(`${davgate.url}/docs/`, ['--user', login('alice')])).status;

  /** An upload that has begun; it ends when it is told to. */
  const upload = (path: string): { outgoing: ClientRequest; status: Promise<number | undefined> } => {
    const outgoing = request(`${davgate.url}${path}`, {
      method: 'PUT',
      auth: login('alice'),
      agent: false,
      headers: { 'Transfer-Encoding': 'chunked' },
    });
    const status = new Promise<number | undefined>((resolve) => {
      outgoing.once('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      outgoing.once('error', () => {
        resolve(undefined);
      });
    });
    outgoing.write('begun ');
    return { outgoing, status };
  };

  it('of which one is killed under load of rclone and svn: others go on, a new one comes, and nothing is lost', async () => {
    const client = new DavClient(davgate, 'alice', 'test');
    assert.equal(await client.status('PUT', '/docs/kept.txt', { body: 'kept' }), 201);
    const { headers } = await client.ask('LOCK', '/docs/kept.txt', { body: lockInfo });
    const token = headers['lock-token'] ?? '';
    assert.equal(
      await client.status('PROPPATCH', '/docs/kept.txt', { headers: { If: `(${token})` }, body: mark }),
      207,
    );
    // rclone makes the folder only once, and that must not be what is lost.
    assert.equal(await client.status('MKCOL', '/docs/tree'), 201);
    const tree = join(folder, 'tree');
    await mkdir(tree);
    for (let index = 0; index < members; index += 1) await writeFile(join(tree, `${index}.txt`), `${index}`);
    const remote = [
      '--webdav-url',
      `${davgate.url}/docs/tree`,
      '--webdav-user',
      'alice',
      '--webdav-pass',
      (await run('rclone', ['obscure', 'alice-demo'])).trim(),
    ];
    const options = [
      '--non-interactive',
      '--no-auth-cache',
      '--username',
      'alice',
      '--password',
      'alice-demo',
    ];
    const svn = (...args: string[]) => outcomeOf('svn', [...args, ...options], { cwd: folder });
    const copying = outcomeOf('rclone', [
      'copy',
      tree,
      ':webdav:',
      ...remote,
      '--transfers',
      '8',
      '--retries',
      '5',
    ]);
    const importing = Promise.all(
      ['one', 'two', 'three'].map((name) =>
        svn('import', '--quiet', '-m', name, tree, `${davgate.url}/svn/sample/trunk/${name}`),
      ),
    );
    // One upload on each worker, as connections go to them in turn.
    const uploads = [0, 1, 2, 3].map((index) => upload(`/docs/upload-${index}.txt`));
    await until(
      () => answering(davgate.log, '/docs/tree/', 'PUT').size === 2,
      'rclone has written by both workers',
    );
    await until(() => answering(davgate.log, '/svn/').size === 2, 'svn has written by both workers');
    const staging = join(davgate.folder, 'docs', '.davgate-staging');
    const begun = (): Promise<string[]> => readdir(staging).catch(() => []);
    const [victim] = (await processesOf(davgate)).workers;
    assert.ok(victim !== undefined);
    process.kill(victim, 'SIGKILL');
    await davgate.logged(({ msg }) => String(msg).startsWith('a worker has ended'));
    await davgate.logged(({ msg }) => msg === 'a new worker answers requests');

    for (const { outgoing } of uploads) outgoing.end('ended');
    const statuses = await Promise.all(uploads.map(({ status }) => status));
    assert.ok(statuses.includes(201) && statuses.includes(undefined), statuses.join());
    for (const [index, status] of statuses.entries()) {
      const { status: found, text } = await client.ask('GET', `/docs/upload-${index}.txt`);
      assert.deepEqual([found, found === 200 ? text : ''], status === 201 ? [200, 'begun ended'] : [404, '']);
    }
    assert.ok(
      (await begun()).every((name) => !name.includes(`.${victim}.`)),
      'its unfinished files are gone',
    );

    const copied = await copying;
    assert.equal(copied.code, 0, copied.error);
    await run('rclone', ['check', tree, ':webdav:', ...remote, '--download']);
    for (const [index, { code, error }] of (await importing).entries()) {
      const name = ['one', 'two', 'three'][index] ?? '';
      // One whose connection was lost has committed nothing, and can be asked for again.
      if (code !== 0) {
        const url = `${davgate.url}/svn/sample/trunk/${name}`;
        const again = await svn('import', '--quiet', '-m', name, tree, url);
        assert.equal(again.code, 0, `${error}\n${again.error}`);
      }
      const list = await svn('list', `${davgate.url}/svn/sample/trunk/${name}`);
      assert.equal(list.out.trim().split('\n').length, members, list.error);
    }
    await run('svnadmin', ['verify', '--quiet', join(davgate.folder, 'svn', 'sample')]);

    for (let index = 0; index < 4; index += 1) {
      const own = { headers: { Connection: 'close' }, body: 'changed' };
      assert.equal(await client.status('PUT', '/docs/kept.txt', own), 423);
      const found = await client.ask('PROPFIND', '/docs/kept.txt', {
        headers: { Depth: '0', Connection: 'close' },
      });
      assert.match(found.text, />kept</);
    }
    assert.equal(
      await client.status('PUT', '/docs/kept.txt', { headers: { If: `(${token})` }, body: 'changed' }),
      204,
    );
    assert.equal((await processesOf(davgate)).workers.length, 2);
  });

  it('ignore the signals of a terminal and of whoever ends a group', async () => {
    const { workers } = await processesOf(davgate);
    for (const pid of workers) {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    }
    for (let index = 0; index < 4; index += 1) assert.equal(await answers(), 200);
    assert.deepEqual((await processesOf(davgate)).workers, workers);
  });

  it('finish what is under way when the parent is asked to end, and leave nothing', async () => {
    const { all } = await processesOf(davgate);
    const { outgoing, status } = upload('/docs/last.txt');
    await until(
      async () =>
        (await readdir(join(davgate.folder, 'docs', '.davgate-staging')).catch(() => [])).length > 0,
      'the upload has begun',
    );
    const ended = davgate.end('SIGTERM');
    await until(
      () =>
        new Promise<boolean>((resolve) => {
          const socket = connect(davgate.port, '127.0.0.1');
          socket.once('error', () => {
            resolve(true);
          });
          socket.once('connect', () => {
            socket.destroy();
            resolve(false);
          });
        }),
      'the port is closed',
    );
    outgoing.end('ended');
    assert.equal(await status, 201);
    assert.equal(await ended, 0);
    await untilGone(all);
  });
});

describe('a parent that is killed', () => {
  it('leaves no process, and its port free', async () => {
    const folder = await makeSample();
    try {
      await declare(folder, withTwoWorkers);
      const port = String(await freePort());
      const davgate = await startDavgate(folder, { PORT: port });
      const { all, workers } = await processesOf(davgate);
      assert.equal(workers.length, 2);
      assert.ok(all.length > 4, 'Apache runs, too');
      const killed = once(davgate.process, 'exit');
      davgate.process.kill('SIGKILL');
      await killed;
      await untilGone(all);
      const next = await startDavgate(folder, { PORT: port });
      assert.equal((await curl(`${next.url}/docs/`, ['--user', login('alice')])).status, 200);
      assert.equal(await next.end(), 0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
