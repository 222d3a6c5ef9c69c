import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { curl, run } from './helpers/programs.js';

const authorization = `Basic ${Buffer.from('alice:alice-demo').toString('base64')}`;

describe('connections', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate();
  });
  after(() => davgate.dispose());

  it('are broken off when a file turns out shorter than announced, so that nobody takes it for whole', async () => {
    const file = join(davgate.folder, 'docs', 'shrinking.bin');
    await writeFile(file, '');
    await truncate(file, 400_000_000);
    const socket = connect(davgate.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`GET /docs/shrinking.bin HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`);
    await once(socket, 'readable');
    await truncate(file, 1_000_000);
    socket.write(`GET /docs/Handbook.md HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`);
    let received = 0;
    let tail = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      tail = (tail + chunk.toString('latin1')).slice(-10_000);
    });
    await closed;
    assert.ok(received < 400_000_000);
    assert.ok(!tail.includes('HTTP/1.1 200'));
  });

  it('go on after a body that was refused half way', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (
      method: string,
      body?: Buffer,
    ): Promise<{ status: number | undefined; port: number | undefined }> =>
      new Promise((resolve, reject) => {
        const sent = request(`${davgate.url}/docs/`, {
          method,
          agent,
          headers: { authorization, depth: '0', ...(body ? { 'content-length': body.length } : {}) },
        });
        sent.on('error', reject);
        sent.on('response', (response) => {
          const port = response.socket.localPort;
          response.resume().on('end', () => {
            resolve({ status: response.statusCode, port });
          });
        });
        sent.end(body);
      });
    const refused = await ask('PROPFIND', Buffer.alloc(4_000_000, ' '));
    assert.equal(refused.status, 413);
    const next = await ask('PROPFIND');
    assert.equal(next.status, 207);
    assert.equal(next.port, refused.port);
    agent.destroy();
  });

  it('answer pipelined requests in order, each with what the one before has done', async () => {
    const head = (method: string, length?: number): string =>
      `${method} /docs/pipelined.txt HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n` +
      `${length === undefined ? '' : `Content-Length: ${length}\r\n`}\r\n`;
    const socket = connect(davgate.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.write(`${head('PUT', 5)}hello${head('GET')}${head('DELETE')}${head('GET')}`);
    const statuses = (): string[] => answer.match(/(?<=HTTP\/1\.1 )\d{3}/g) ?? [];
    while (statuses().length < 4) await once(socket, 'data');
    socket.destroy();
    assert.deepEqual(statuses(), ['201', '200', '204', '404']);
  });

  it('do not begin with two Host fields', async () => {
    const socket = connect(davgate.port, '127.0.0.1');
    socket.write(`GET /docs/ HTTP/1.1\r\nHost: a\r\nHost: b\r\nAuthorization: ${authorization}\r\n\r\n`);
    const answer = await new Promise<string>((resolve) => {
      socket.once('data', (chunk: Buffer) => {
        resolve(chunk.toString('latin1'));
      });
    });
    socket.destroy();
    assert.match(answer, /^HTTP\/1\.1 400 /);
  });
});

describe('what one user may do to another', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate((declaration, folder) => {
      mkdirSync(join(folder, 'drop'));
      const shares: unknown = declaration.shares;
      if (!Array.isArray(shares)) throw new TypeError('The sample has no shares.');
      declaration.shares = [
        ...shares.map((share: { path: string }) =>
          share.path === '/svn'
            ? { ...share, rules: [{ path: '/other', write: { superuser: true } }] }
            : share,
        ),
        { path: '/drop', kind: 'webdav', root: './drop', require: { staff: true }, write: { staff: false } },
      ];
    });
    const folder = davgate.folder;
    await run('svnadmin', ['create', join(folder, 'svn', 'other')]);
    await run('chown', ['-R', '--reference', join(folder, 'svn', 'sample'), join(folder, 'svn', 'other')]);
  });
  after(() => davgate.dispose());

  const ask = (user: string, method: string, path: string, ...args: string[]) =>
    curl(`${davgate.url}${path}`, ['--user', `${user}:${user}-demo`, '--request', method, ...args]);

  it('is not to commit to a repository by a MERGE that names it in its body', async () => {
    const skel = ['--data-binary', '( create-txn )', '--header', 'Content-Type: application/vnd.svn-skel'];
    const begun = await ask('admin', 'POST', '/svn/other/!svn/me', ...skel);
    assert.equal(begun.status, 201);
    const transaction = begun.headers.get('svn-txn-name') ?? '';
    assert.equal((await ask('alice', 'POST', '/svn/other/!svn/me', ...skel)).status, 403);
    const merge = (path: string): string =>
      `<D:merge xmlns:D="DAV:"><D:source><D:href>${path}</D:href></D:source></D:merge>`;
    const source = `/svn/other/!svn/txn/${transaction}`;
    for (const path of [source, `${davgate.url}${source}`, source.replace('/other', '//other')]) {
      const { status } = await ask('alice', 'MERGE', '/svn/sample', '--data-binary', merge(path));
      assert.equal(status, 403, path);
    }
    const dots = source.replace('/other', '/sample/../other');
    assert.equal((await ask('alice', 'MERGE', '/svn/sample', '--data-binary', merge(dots))).status, 400);
    const { body } = await ask('admin', 'GET', '/svn/other/');
    assert.match(body.toString(), /Revision 0/);
    assert.equal((await ask('admin', 'MERGE', '/svn/other', '--data-binary', merge(source))).status, 200);
  });

  it('is not to read by moving what he may write but not read', async () => {
    await writeFile(join(davgate.folder, 'drop', 'pay.txt'), 'payroll');
    assert.equal((await ask('eve', 'PUT', '/drop/mine.txt', '--data', 'x')).status, 201);
    assert.equal((await ask('eve', 'GET', '/drop/pay.txt')).status, 403);
    const destination = ['--header', `Destination: ${davgate.url}/scratch/pay.txt`];
    for (const method of ['MOVE', 'COPY']) {
      assert.equal((await ask('eve', method, '/drop/pay.txt', ...destination)).status, 403);
    }
    assert.equal((await ask('eve', 'GET', '/scratch/pay.txt')).status, 404);
  });

  it('is not to run a script in his name', async () => {
    await ask('alice', 'PUT', '/docs/page.html', '--data', '<script>1</script>');
    const page = await ask('bob', 'GET', '/docs/page.html');
    assert.match(page.headers.get('content-security-policy') ?? '', /^sandbox;/);
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    const text = await ask('bob', 'GET', '/docs/Handbook.md');
    assert.equal(text.headers.get('content-security-policy'), undefined);
    const listing = await ask('bob', 'GET', '/svn/sample/trunk/');
    assert.match(listing.headers.get('content-security-policy') ?? '', /^sandbox;/);
  });

  it('is not to make the server repeat long names without end', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `<x:p${index}/>`).join('');
    const many = `<D:propfind xmlns:D="DAV:" xmlns:x="urn:x"><D:prop>${names}</D:prop></D:propfind>`;
    const long = `<D:propfind xmlns:D="DAV:" xmlns:x="urn:${'x'.repeat(600)}"><D:prop><x:p/></D:prop></D:propfind>`;
    for (const body of [many, long]) {
      const { status } = await ask('bob', 'PROPFIND', '/docs/', '--header', 'Depth: 1', '--data', body);
      assert.equal(status, 413);
    }
  });
});
