import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';

// As DAVx5's dav4jvm sends them, for its WebDAV mounts on Android.
const agent = 'DAVx5/4.3.10-ose (2024/01/15; dav4jvm; okhttp/4.12.0) Android/13';
const wanted =
  "<?xml version='1.0' encoding='UTF-8' ?>\n<propfind xmlns=\"DAV:\"><prop><displayname /><resourcetype />" +
  '<getetag /><getcontenttype /><getcontentlength /><getlastmodified /><quota-available-bytes />' +
  '<quota-used-bytes /><current-user-privilege-set /></prop></propfind>';

// What is free on the disk changes from one answer to the next.
function withoutQuota(text: string): string {
  return text.replace(/(<D:quota-[a-z]+-bytes>)\d+/g, '$1');
}

for (const share of ['/docs', '/scratch'] as const) {
  describe(`DAVx5 on ${share}`, () => {
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let davx5: DavClient;
    before(async () => {
      davgate = await sampleDavgate();
      davx5 = new DavClient(davgate, 'alice', agent);
      assert.equal(await davx5.status('MKCOL', `${share}/folder/`), 201);
      assert.equal(await davx5.status('PUT', `${share}/folder/inner`, { body: 'inner' }), 201);
    });
    after(() => davgate.dispose());

    for (const depth of ['0', '1']) {
      it(`is answered in place for a folder without its slash, Depth ${depth}`, async () => {
        for (const path of [share, `${share}/folder`]) {
          const headers = { Depth: depth, 'Content-Type': 'application/xml; charset=utf-8' };
          const bare = await davx5.ask('PROPFIND', path, { headers, body: wanted });
          const slashed = await davx5.ask('PROPFIND', `${path}/`, { headers, body: wanted });
          assert.equal(bare.status, 207);
          assert.equal(bare.headers.location, undefined);
          assert.equal(withoutQuota(bare.text), withoutQuota(slashed.text));
          assert.ok(bare.text.includes(`<D:href>${path}/</D:href>`), 'The folder\u2019s href has its slash.');
        }
      });
    }

    for (const method of ['OPTIONS', 'HEAD', 'GET', 'PROPPATCH', 'LOCK', 'DELETE']) {
      it(`is not sent elsewhere by ${method} on a folder without its slash`, async () => {
        const { status, headers } = await davx5.ask(method, `${share}/folder`);
        assert.ok(status < 300 || status >= 400, String(status));
        assert.equal(headers.location, undefined);
      });
    }
  });
}
