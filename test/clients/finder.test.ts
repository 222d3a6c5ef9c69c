import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DavClient, elementText } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';

// As webdavfs (apple-oss-distributions/webdavfs) sends them.
const agent = 'WebDAVFS/3.0.0 (03008000) Darwin/23.1.0 (arm64)';
const lockInfo =
  '<?xml version="1.0" encoding="utf-8"?>\n<D:lockinfo xmlns:D="DAV:">\n<D:lockscope><D:exclusive/></D:lockscope>\n' +
  '<D:locktype><D:write/></D:locktype>\n<D:owner>\n<D:href>http://www.apple.com/webdav_fs/</D:href>\n</D:owner>\n</D:lockinfo>\n';

describe('macOS Finder', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let finder: DavClient;
  before(async () => {
    davgate = await sampleDavgate();
    finder = new DavClient(davgate, 'alice', agent);
  });
  after(() => davgate.dispose());

  it('mounts for writing, since the server has class 2', async () => {
    const { headers } = await finder.ask('OPTIONS', '/docs/');
    assert.ok(headers.dav?.split(/,\s*/).includes('2'));
  });

  for (const name of ['film.mov', '._film.mov', '.DS_Store']) {
    it(`writes ${name} by an empty PUT, a LOCK of ten minutes and a chunked PUT`, async () => {
      const file = `/docs/${name}`;
      assert.equal(await finder.status('PROPFIND', file, { headers: { Depth: '0' } }), 404);
      assert.equal(await finder.status('PUT', file), 201);
      const lock = await finder.ask('LOCK', file, {
        headers: { Depth: '0', Timeout: 'Second-600', 'Content-Type': 'text/xml; charset="utf-8"' },
        body: lockInfo,
      });
      assert.deepEqual([lock.status, elementText(lock.text, 'timeout')], [200, 'Second-600']);
      const token = elementText(lock.text, 'locktoken') ?? '';
      const headers = { If: `(<${token}>)` };
      const put = await finder.ask('PUT', file, {
        headers: { ...headers, 'X-Expected-Entity-Length': '10' },
        body: ['12345', '67890'],
      });
      assert.equal(put.status, 204);
      // While a file is open the lock is refreshed, by a LOCK without a body.
      const refresh = await finder.ask('LOCK', file, { headers: { ...headers, Timeout: 'Second-600' } });
      assert.deepEqual([refresh.status, elementText(refresh.text, 'locktoken')], [200, token]);
      assert.equal(await finder.status('UNLOCK', file, { headers: { 'Lock-Token': `<${token}>` } }), 204);
      const get = await finder.ask('GET', file);
      assert.deepEqual([get.text, get.headers['content-length']], ['1234567890', '10']);
    });
  }

  it('reads EBUSY from what somebody else has locked: 423, for writing and for removing', async () => {
    await finder.ask('PUT', '/scratch/busy', { body: 'x' });
    const other = new DavClient(davgate, 'bob', agent);
    assert.equal(
      await other.status('LOCK', '/scratch/busy', { headers: { Depth: '0' }, body: lockInfo }),
      200,
    );
    assert.equal(await finder.status('PUT', '/scratch/busy', { body: ['y'] }), 423);
    assert.equal(await finder.status('DELETE', '/scratch/busy'), 423);
    assert.equal(
      await finder.status('LOCK', '/scratch/busy', { headers: { Depth: '0' }, body: lockInfo }),
      423,
    );
    const headers = { Destination: `${davgate.url}/scratch/free` };
    assert.equal(await finder.status('MOVE', '/scratch/busy', { headers }), 423);
  });
});
