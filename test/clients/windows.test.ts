import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DavClient, elementText } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';

// As traced from Explorer through the WebClient service.
const agent = 'Microsoft-WebDAV-MiniRedir/10.0.19045';
const lockInfo =
  '<?xml version="1.0" encoding="utf-8" ?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>' +
  '<D:locktype><D:write/></D:locktype><D:owner><D:href>OFFICE\\alice</D:href></D:owner></D:lockinfo>';
const attributes = (time: string): string =>
  '<?xml version="1.0" encoding="utf-8" ?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:">' +
  `<D:set><D:prop><Z:Win32CreationTime>${time}</Z:Win32CreationTime><Z:Win32LastAccessTime>${time}</Z:Win32LastAccessTime>` +
  `<Z:Win32LastModifiedTime>${time}</Z:Win32LastModifiedTime><Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>` +
  '</D:prop></D:set></D:propertyupdate>';

for (const [share, storage] of [
  ['/docs', 'a folder'],
  ['/scratch', 'a webdav-server file system'],
] as const) {
  describe(`Windows Explorer on ${storage}`, () => {
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let explorer: DavClient;
    before(async () => {
      davgate = await sampleDavgate();
      explorer = new DavClient(davgate, 'alice', agent);
    });
    after(() => davgate.dispose());

    it('finds locks and Office support in OPTIONS of the root, whatever is mapped', async () => {
      for (const path of ['/', `${share}/`]) {
        const { status, headers } = await explorer.ask('OPTIONS', path, { headers: { Translate: 'f' } });
        assert.deepEqual(
          [status, headers.dav, headers['ms-author-via']],
          [200, '1, 2, 3, extended-mkcol', 'DAV'],
          path,
        );
      }
      const { headers } = await explorer.ask('OPTIONS', `${share}/`);
      for (const method of ['LOCK', 'UNLOCK', 'PROPFIND']) assert.ok(headers.allow?.includes(method));
    });

    it('uploads a file by its usual steps, and nothing without the lock can change it', async () => {
      const file = `${share}/Book%20one.txt`;
      assert.equal(await explorer.status('PROPFIND', file, { headers: { Depth: '0' } }), 404);
      assert.equal(await explorer.status('PUT', file), 201);
      const lock = await explorer.ask('LOCK', file, {
        headers: { Timeout: 'Second-3600', 'Content-Type': 'text/xml; charset="utf-8"' },
        body: lockInfo,
      });
      assert.equal(lock.status, 200);
      const token = elementText(lock.text, 'locktoken');
      assert.equal(lock.headers['lock-token'], `<${token ?? ''}>`);
      assert.equal(elementText(lock.text, 'timeout'), 'Second-3600');
      const condition = { If: `(<${token ?? ''}>)` };

      const first = await explorer.ask('PROPPATCH', file, {
        headers: condition,
        body: attributes('Mon, 23 Nov 2026 08:00:00 GMT'),
      });
      assert.equal(first.status, 207);
      assert.deepEqual(first.text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200']);
      assert.equal(await explorer.status('HEAD', file), 200);
      assert.equal(await explorer.status('PUT', file, { body: 'without the token' }), 423);
      assert.equal(await explorer.status('PUT', file, { headers: condition, body: 'the bytes' }), 204);
      const second = await explorer.ask('PROPPATCH', file, {
        headers: condition,
        body: attributes('Mon, 23 Nov 2026 08:00:01 GMT'),
      });
      assert.deepEqual(second.text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200']);
      assert.equal(
        await explorer.status('UNLOCK', file, { headers: { 'Lock-Token': `<${token ?? ''}>` } }),
        204,
      );

      const { text } = await explorer.ask('GET', file);
      assert.equal(text, 'the bytes');
      const found = await explorer.ask('PROPFIND', file, { headers: { Depth: '0' } });
      assert.equal(elementText(found.text, 'Win32FileAttributes'), '00000020');
      assert.match(found.text, /<D:lockdiscovery\/>/);
    });

    it('of old sends the lock token without brackets', async () => {
      const file = `${share}/old.txt`;
      const lock = await explorer.ask('LOCK', file, { body: lockInfo });
      assert.equal(lock.status, 201);
      const token = lock.headers['lock-token']?.slice(1, -1) ?? '';
      assert.equal(await explorer.status('UNLOCK', file, { headers: { 'Lock-Token': token } }), 204);
      assert.equal(await explorer.status('DELETE', file), 204);
    });
  });
}
