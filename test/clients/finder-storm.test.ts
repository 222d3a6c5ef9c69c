import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DavClient, elementText } from './helpers/dav-client.js';
import { login, sampleDavgate } from './helpers/davgate.js';

// As webdavfs (apple-oss-distributions/webdavfs) sends them.
const agent = 'WebDAVFS/3.0.0 (03008000) Darwin/23.1.0 (arm64)';
const quota =
  '<?xml version="1.0" encoding="utf-8"?>\n<D:propfind xmlns:D="DAV:">\n<D:prop>\n<D:quota-available-bytes/>\n' +
  '<D:quota-used-bytes/>\n<D:quota/>\n<D:quotaused/>\n</D:prop>\n</D:propfind>\n';

describe('macOS Finder', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let finder: DavClient;
  before(async () => {
    davgate = await sampleDavgate();
    finder = new DavClient(davgate, 'alice', agent);
  });
  after(() => davgate.dispose());

  it('copies a folder over 200 connections at once, each file with its ._ companion, and .DS_Store', async () => {
    assert.equal(await finder.status('MKCOL', '/docs/album/'), 201);
    const pictures = Array.from({ length: 100 }, (_, index) => `IMG_${index}.jpg`);
    const files = [...pictures, ...pictures.map((name) => `._${name}`)];
    const connections = new Agent({ keepAlive: true, maxSockets: files.length });
    try {
      const put = (name: string, body: string): Promise<number | undefined> =>
        new Promise((resolve, reject) => {
          const headers = { 'User-Agent': agent, 'X-Expected-Entity-Length': Buffer.byteLength(body) };
          const outgoing = request(
            `${davgate.url}/docs/album/${name}`,
            { method: 'PUT', agent: connections, auth: login('alice'), headers },
            (incoming) => {
              incoming.resume();
              incoming.once('error', reject);
              incoming.once('end', () => {
                resolve(incoming.statusCode);
              });
            },
          );
          outgoing.once('error', reject);
          for (const chunk of [body.slice(0, 3), body.slice(3)]) if (chunk !== '') outgoing.write(chunk);
          outgoing.end();
        });
      const made = await Promise.all(files.map((name) => put(name, '')));
      assert.deepEqual(new Set(made), new Set([201]));
      const written = await Promise.all(files.map((name) => put(name, `bytes of ${name}`)));
      assert.deepEqual(new Set(written), new Set([204]));
      const store = await Promise.all(Array.from({ length: 20 }, () => put('.DS_Store', 'Bud1')));
      assert.ok(store.every((status) => status === 201 || status === 204));
    } finally {
      connections.destroy();
    }
    const folder = join(davgate.folder, 'docs', 'album');
    assert.deepEqual((await readdir(folder)).sort(), ['.DS_Store', ...files].sort());
    for (const name of files) assert.equal(await readFile(join(folder, name), 'utf8'), `bytes of ${name}`);
  });

  it('looks for companions that are not there, and is told so by 404 alone', async () => {
    for (const name of ['._.', '._album', '.hidden', 'Contents', 'mach_kernel', '.metadata_never_index']) {
      const { status } = await finder.ask('PROPFIND', `/docs/${name}`, { headers: { Depth: '0' } });
      assert.equal(status, 404, name);
    }
  });

  it('asks Depth 0 for the quota and reads integers that are not negative', async () => {
    for (const path of ['/docs/', '/docs/album']) {
      const { status, text } = await finder.ask('PROPFIND', path, { headers: { Depth: '0' }, body: quota });
      assert.equal(status, 207);
      assert.equal(text.match(/<D:response>/g)?.length, 1);
      for (const name of ['quota-available-bytes', 'quota-used-bytes'])
        assert.match(elementText(text, name) ?? '', /^\d+$/, name);
    }
  });

  it('gets a file with its length, also an empty one, and a folder by HEAD', async () => {
    assert.equal(await finder.status('PUT', '/docs/empty'), 201);
    for (const [path, length] of [
      ['/docs/empty', '0'],
      ['/docs/album/IMG_7.jpg', '18'],
    ] as const) {
      const { status, headers } = await finder.ask('GET', path);
      assert.deepEqual(
        [status, headers['content-length'], headers['transfer-encoding']],
        [200, length, undefined],
      );
    }
    for (const path of ['/docs', '/docs/', '/docs/album'])
      assert.equal(await finder.status('HEAD', path), 200);
  });

  it('is never sent elsewhere by PUT or LOCK, and reads its error from the status', async () => {
    await mkdir(join(davgate.folder, 'docs', 'package.pages'));
    const lockInfo =
      '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
    for (const [method, path, status] of [
      ['PUT', '/docs/package.pages', 405],
      ['PUT', '/docs/package.pages/', 405],
      ['PUT', '/docs/missing/file', 409],
      ['PUT', '/docs/empty/', 405],
      ['LOCK', '/docs/missing/file', 409],
      ['LOCK', '/docs/package.pages', 200],
      ['PUT', '/staff/closing-round.txt', 403],
    ] as const) {
      const answer = await finder.ask(method, path, { body: method === 'LOCK' ? lockInfo : 'x' });
      assert.equal(answer.headers.location, undefined);
      assert.equal(answer.status, status, `${method} ${path}`);
    }
  });

  it('keeps nothing of an upload that is shorter than it announced', async () => {
    assert.equal(await finder.status('PUT', '/docs/short.mov'), 201);
    const before = await readdir(join(davgate.folder, 'docs'));
    const { status } = await finder.ask('PUT', '/docs/short.mov', {
      headers: { 'X-Expected-Entity-Length': '1000' },
      body: ['only ', 'this'],
    });
    assert.equal(status, 400);
    assert.equal(await readFile(join(davgate.folder, 'docs', 'short.mov'), 'utf8'), '');
    assert.deepEqual(await readdir(join(davgate.folder, 'docs')), before);
  });

  it('finds by its NFD name what is stored by its NFC name', async () => {
    const path = `/docs/${encodeURIComponent('Übersicht 2026.txt'.normalize('NFD'))}`;
    assert.equal(await finder.status('PROPFIND', path, { headers: { Depth: '0' } }), 207);
    assert.match((await finder.ask('GET', path)).text, /\S/);
    assert.equal(await finder.status('PUT', path, { body: 'changed' }), 204);
    assert.equal(await readFile(join(davgate.folder, 'docs', 'Übersicht 2026.txt'), 'utf8'), 'changed');
  });
});
