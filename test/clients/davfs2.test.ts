import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';

// As davfs2 and the neon library under it send them.
const agent = 'davfs2/1.6.1 neon/0.32.2';
const lockInfo =
  '<?xml version="1.0" encoding="utf-8"?>\n<lockinfo xmlns=\'DAV:\'>\n <lockscope><exclusive/></lockscope>\n' +
  '<locktype><write/></locktype><owner>alice</owner>\n</lockinfo>\n';

describe('davfs2', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let davfs: DavClient;
  before(async () => {
    davgate = await sampleDavgate();
    davfs = new DavClient(davgate, 'alice', agent);
  });
  after(() => davgate.dispose());

  it('makes a new file by a LOCK with If-None-Match: *, and writes it under the lock', async () => {
    const lock = await davfs.ask('LOCK', '/docs/new', {
      headers: { Depth: '0', Timeout: 'Second-1800', 'If-None-Match': '*' },
      body: lockInfo,
    });
    assert.equal(lock.status, 201);
    const condition = `<${davgate.url}/docs/new> (${lock.headers['lock-token'] ?? ''})`;
    const empty = await davfs.ask('HEAD', '/docs/new');
    assert.equal(empty.headers['content-length'], '0');
    const put = await davfs.ask('PUT', '/docs/new', { headers: { If: condition }, body: 'text' });
    assert.equal(put.status, 204);
    assert.notEqual(put.headers.etag, empty.headers.etag);
    assert.ok(put.headers['last-modified'] !== undefined);
    const again = await davfs.ask('PUT', '/docs/new', {
      headers: { If: condition, 'If-Match': put.headers.etag ?? '' },
      body: 'more text',
    });
    assert.equal(again.status, 204);
    const stale = await davfs.ask('PUT', '/docs/new', {
      headers: { If: condition, 'If-Match': put.headers.etag ?? '' },
      body: 'lost text',
    });
    assert.equal(stale.status, 412);
    const headers = { 'Lock-Token': lock.headers['lock-token'] ?? '' };
    assert.equal(await davfs.status('UNLOCK', '/docs/new', { headers }), 204);
    assert.equal((await davfs.ask('GET', '/docs/new')).text, 'more text');
  });

  it('is told by 412 that somebody was faster', async () => {
    await davfs.ask('PUT', '/docs/there', { body: 'text' });
    const lock = await davfs.ask('LOCK', '/docs/there', {
      headers: { Depth: '0', 'If-None-Match': '*' },
      body: lockInfo,
    });
    assert.equal(lock.status, 412);
    assert.equal(await davfs.status('PUT', '/docs/there', { body: 'new' }), 204);
  });

  it('renames and removes a locked file under its lock', async () => {
    const lock = await davfs.ask('LOCK', '/docs/draft', { headers: { Depth: '0' }, body: lockInfo });
    const condition = `<${davgate.url}/docs/draft> (${lock.headers['lock-token'] ?? ''})`;
    const move = { Destination: `${davgate.url}/docs/final`, Overwrite: 'T' };
    assert.equal(await davfs.status('MOVE', '/docs/draft', { headers: move }), 423);
    assert.equal(await davfs.status('MOVE', '/docs/draft', { headers: { ...move, If: condition } }), 201);
    assert.equal(await davfs.status('DELETE', '/docs/final'), 204);
  });
});
