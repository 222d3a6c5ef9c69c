import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { declare, login, projectFolder, sampleDavgate } from './helpers/davgate.js';
import { curl, outcomeOf } from './helpers/programs.js';
import { reload, withShare } from './helpers/reloading.js';

type Sample = Awaited<ReturnType<typeof sampleDavgate>>;

describe('a reload', () => {
  let davgate: Sample;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  before(async () => {
    davgate = await sampleDavgate((declaration) => (declaration.metrics = { port: 0 }));
  });
  after(async () => {
    agent.destroy();
    await davgate.dispose();
  });

  const status = async (path: string, ...args: string[]): Promise<number> =>
    (await curl(`${davgate.url}${path}`, ['--user', login('alice'), ...args])).status;

  const onOneConnection = (path: string): Promise<{ status: number | undefined; port: number | undefined }> =>
    new Promise((resolve, reject) => {
      const asked = request(`${davgate.url}${path}`, { agent, auth: login('alice') }, (answer) => {
        const port = answer.socket.localPort;
        answer.resume().once('end', () => {
          resolve({ status: answer.statusCode, port });
        });
      });
      asked.once('error', reject);
      asked.end();
    });

  it('serves a new share, on connections that are open too', async () => {
    await mkdir(join(davgate.folder, 'new'));
    await writeFile(join(davgate.folder, 'new', 'file.txt'), 'new');
    const first = await onOneConnection('/new/file.txt');
    assert.equal(first.status, 404);
    await declare(
      davgate.folder,
      withShare({ path: '/new', kind: 'static', root: './new', require: { staff: false } }),
    );
    const line = await reload(davgate);
    assert.deepEqual([line.msg, line.level], ['reloaded', 'info']);
    const second = await onOneConnection('/new/file.txt');
    assert.equal(second.status, 200);
    assert.equal(second.port, first.port);
    assert.equal(await status('/svn/sample/'), 200);
  });

  it('of a declaration with problems changes nothing, and the log says what `davgate check` says', async () => {
    const file = join(davgate.folder, 'shares.json');
    const sound = await readFile(file, 'utf8');
    for (const broken of [
      '{ "shares": [',
      JSON.stringify({ shares: [] }),
      sound.replace('./media', './nowhere'),
    ]) {
      await writeFile(file, broken);
      const line = await reload(davgate);
      assert.deepEqual(
        [line.level, line.msg],
        ['error', 'not reloaded: the previous declaration stays in effect'],
      );
      const check = await outcomeOf(process.execPath, [
        join(projectFolder, 'dist/server/cli/davgate.js'),
        'check',
        file,
      ]);
      assert.equal(check.code, 1);
      assert.equal(line.reason, check.error.trimEnd());
      assert.equal(await status('/media/visitor-guide.pdf'), 200);
      assert.equal(await status('/svn/sample/'), 200);
    }
    await writeFile(file, sound);
    assert.equal((await reload(davgate)).msg, 'reloaded');
  });

  it('with which Apache would not start changes nothing', async () => {
    const file = join(davgate.folder, 'shares.json');
    const sound = await readFile(file, 'utf8');
    // Apache would put a variable's value there.
    await declare(davgate.folder, withShare({ path: '/${HOME}', kind: 'svn', repositories: './svn' }));
    const line = await reload(davgate);
    assert.equal(line.level, 'error');
    assert.equal(await status('/svn/sample/'), 200);
    await writeFile(file, sound);
  });

  it('keeps what a storage module has in memory', async () => {
    assert.equal(
      await status('/scratch/kept.txt', '--upload-file', join(davgate.folder, 'shares.json')),
      201,
    );
    assert.equal((await reload(davgate)).msg, 'reloaded');
    assert.equal(await status('/scratch/kept.txt'), 200);
  });

  it('does not begin the metrics anew', async () => {
    const { port } = await davgate.logged(({ msg }) => msg === 'metrics listening');
    const counted = async (): Promise<number[]> => {
      const text = (await curl(`http://127.0.0.1:${String(port)}/metrics`)).body.toString();
      return ['davgate_password_derivations_total', 'davgate_logins_total{outcome="accepted"}'].map((name) =>
        Number(
          text
            .split('\n')
            .find((line) => line.startsWith(`${name} `))
            ?.slice(name.length),
        ),
      );
    };
    assert.equal(await status('/media/visitor-guide.pdf'), 200);
    const before = await counted();
    assert.ok(before.every((count) => count >= 1));
    assert.equal((await reload(davgate)).msg, 'reloaded');
    assert.deepEqual(await counted(), before);
    assert.equal(await status('/media/visitor-guide.pdf', '--user', login('bob')), 200);
    assert.deepEqual(
      await counted(),
      before.map((count) => count + 1),
    );
  });

  it('forgets no failed login', async () => {
    await declare(davgate.folder, (declaration) => {
      declaration.throttle = { user: { failures: 3, seconds: 3600 } };
    });
    await reload(davgate);
    const guess = (number: number) => status('/docs/', '--user', `mallory:guess-${number}`);
    assert.deepEqual([await guess(1), await guess(2), await guess(3), await guess(4)], [401, 401, 401, 429]);
    assert.equal((await reload(davgate)).msg, 'reloaded');
    assert.equal(await guess(5), 429);
  });
});
