import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../helpers/until.js';
import { declare, login, sampleDavgate } from './helpers/davgate.js';
import { curl, run } from './helpers/programs.js';
import { dataOf, reload, withoutShare, withShare } from './helpers/reloading.js';

type Sample = Awaited<ReturnType<typeof sampleDavgate>>;

describe('requests during a reload', () => {
  let davgate: Sample;
  before(async () => {
    davgate = await sampleDavgate();
  });
  after(() => davgate.dispose());

  const status = async (path: string): Promise<number> =>
    (await curl(`${davgate.url}${path}`, ['--user', login('alice')])).status;

  it('go on to their ends: a download, an upload and a file of a repository', async () => {
    const { folder, port } = davgate;
    const size = 60_000_000;
    const slow = join(folder, 'slow');
    await mkdir(slow);
    await writeFile(join(slow, 'large.bin'), '');
    await truncate(join(slow, 'large.bin'), size);
    const repository = `file://${join(folder, 'svn', 'sample')}`;
    await run('svn', [
      'import',
      '--quiet',
      '-m',
      'x',
      join(slow, 'large.bin'),
      `${repository}/trunk/large.bin`,
    ]);
    await run('chown', [
      '-R',
      '--reference',
      join(folder, 'svn', 'sample', 'format'),
      join(folder, 'svn', 'sample'),
    ]);
    await declare(
      folder,
      withShare({ path: '/slow', kind: 'webdav', root: './slow', require: { staff: false } }),
    );
    await reload(davgate);

    const authorization = `Basic ${Buffer.from(login('alice')).toString('base64')}`;
    const begin = async (path: string) => {
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${authorization}\r\n\r\n`,
      );
      await once(socket, 'readable');
      return socket;
    };
    const sockets = [await begin('/slow/large.bin'), await begin('/svn/sample/trunk/large.bin')];
    const upload = connect(port, '127.0.0.1');
    upload.write(
      `PUT /slow/upload.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${authorization}\r\n` +
        `Expect: 100-continue\r\nContent-Length: 10\r\n\r\n`,
    );
    assert.match(await dataOf(upload), /^HTTP\/1\.1 100 /);
    upload.write('hello');

    await declare(folder, withoutShare('/slow'));
    await declare(folder, withoutShare('/svn'));
    assert.equal((await reload(davgate)).msg, 'reloaded');
    assert.equal(await status('/slow/large.bin'), 404);
    assert.equal(await status('/svn/sample/'), 404);
    assert.equal((await reload(davgate)).msg, 'reloaded');

    for (const socket of sockets) {
      let received = 0;
      for await (const chunk of socket) {
        assert.ok(chunk instanceof Buffer);
        received += chunk.length;
      }
      assert.ok(received > size && received < size + 2000, String(received));
    }
    upload.write('world');
    assert.match(await dataOf(upload), /^HTTP\/1\.1 201 /);
    assert.equal(await readFile(join(slow, 'upload.bin'), 'utf8'), 'helloworld');
    // Each worker, where there are several, tells of its own.
    const finished = (): number =>
      davgate.log
        .filter(({ msg }) => String(msg).startsWith('last requests'))
        .reduce((sum, { requests }) => sum + Number(requests), 0);
    await until(() => finished() === 3, 'all three have finished');
  });

  it('find the port open at any time', async () => {
    let ended = false;
    let answered = 0;
    const knock = async (): Promise<void> => {
      while (!ended) {
        const socket = connect(davgate.port, '127.0.0.1');
        socket.write('OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
        let answer = '';
        for await (const chunk of socket) answer += String(chunk);
        assert.match(answer, /^HTTP\/1\.1 200 /);
        answered += 1;
      }
    };
    const knocking = Promise.all([knock(), knock(), knock()]);
    for (let times = 0; times < 5 || answered < 50; times += 1) {
      assert.equal((await reload(davgate)).msg, 'reloaded');
    }
    ended = true;
    await knocking;
  });

  it('wait for no more than one reload after many signals', async () => {
    const before = davgate.log.filter(({ msg }) => msg === 'reloaded').length;
    for (let times = 0; times < 20; times += 1) davgate.process.kill('SIGHUP');
    await davgate.logged(() => davgate.log.filter(({ msg }) => msg === 'reloaded').length > before);
    await reload(davgate);
    const after = davgate.log.filter(({ msg }) => msg === 'reloaded').length;
    assert.ok(after - before <= 4, String(after - before));
  });
});
