import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DavClient } from './helpers/dav-client.js';
import { sampleDavgate } from './helpers/davgate.js';

// As kio-extras' HTTP worker sends them for webdav: and webdavs: addresses.
const agent = 'Mozilla/5.0 (X11; Linux x86_64) KHTML/5.103.0 (like Gecko) Konqueror/5 KIO/5.103';

for (const share of ['/docs', '/scratch'] as const) {
  describe(`KDE on ${share}`, () => {
    let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
    let kio: DavClient;
    before(async () => {
      davgate = await sampleDavgate();
      kio = new DavClient(davgate, 'alice', agent);
    });
    after(() => davgate.dispose());

    const moved = (method: string, from: string, to: string, scheme = 'webdav', overwrite = 'F') =>
      kio.status(method, share + from, {
        headers: {
          Destination: `${scheme}://127.0.0.1:${davgate.port}${share}${to}`,
          Overwrite: overwrite,
          Depth: 'infinity',
        },
      });

    it('reads "exists already" from the 405 of MKCOL, on a folder and on a file', async () => {
      assert.equal(await kio.status('MKCOL', `${share}/folder`), 201);
      assert.equal(await kio.status('MKCOL', `${share}/folder`), 405);
      assert.equal(await kio.status('MKCOL', `${share}/folder/`), 405);
      assert.equal(await kio.status('PUT', `${share}/file`, { body: 'text' }), 201);
      assert.equal(await kio.status('MKCOL', `${share}/file`), 405);
      assert.equal(await kio.status('MKCOL', `${share}/missing/folder`), 409);
    });

    it('copies and moves to a Destination with the scheme webdav: or webdavs:, exactly 201 or 204', async () => {
      assert.equal(await moved('COPY', '/file', '/copy'), 201);
      assert.equal(await moved('COPY', '/file', '/copy', 'webdavs', 'T'), 204);
      assert.equal(await moved('MOVE', '/copy', '/moved', 'webdavs'), 201);
      assert.equal(await moved('COPY', '/file', '/copy'), 201);
      assert.equal(await moved('MOVE', '/copy', '/moved', 'webdav', 'T'), 204);
      assert.equal((await kio.ask('GET', `${share}/moved`)).text, 'text');
      assert.equal(await kio.status('HEAD', `${share}/copy`), 404);
    });

    it('moves a folder with all that is in it, and finds it without its trailing slash', async () => {
      assert.equal(await kio.status('PUT', `${share}/folder/inner`, { body: 'inner' }), 201);
      assert.equal(await moved('MOVE', '/folder', '/renamed'), 201);
      assert.equal((await kio.ask('GET', `${share}/renamed/inner`)).text, 'inner');
      const { status, text } = await kio.ask('PROPFIND', `${share}/renamed`, { headers: { Depth: '1' } });
      assert.equal(status, 207);
      assert.match(text, /\/renamed\/inner<\/D:href>/);
    });

    it('asks before it overwrites: 412 with Overwrite: F, nothing changed', async () => {
      assert.equal(await kio.status('PUT', `${share}/other`, { body: 'other' }), 201);
      assert.equal(await moved('COPY', '/other', '/moved'), 412);
      assert.equal(await moved('MOVE', '/other', '/moved'), 412);
      assert.equal((await kio.ask('GET', `${share}/moved`)).text, 'text');
      assert.equal((await kio.ask('GET', `${share}/other`)).text, 'other');
    });

    it('is told 502 of another host, whatever the scheme, and 4xx, never 500, of what cannot be', async () => {
      for (const [destination, status] of [
        [`webdav://elsewhere.example${share}/x`, 502],
        [`webdavs://elsewhere.example${share}/x`, 502],
        [`webdav://127.0.0.1:${davgate.port}${share}/missing/x`, 409],
        [`webdav://127.0.0.1:${davgate.port}${share}/other`, 403],
        [`webdav://127.0.0.1:${davgate.port}${share}/%zz`, 400],
      ] as const) {
        const headers = { Destination: destination, Overwrite: 'T' };
        assert.equal(await kio.status('MOVE', `${share}/other`, { headers }), status, destination);
      }
      assert.equal((await kio.ask('GET', `${share}/other`)).text, 'other');
    });
  });
}

describe('KDE on a folder', () => {
  it('finds on the disk what it moved', async () => {
    const davgate = await sampleDavgate();
    try {
      const kio = new DavClient(davgate, 'alice', agent);
      const headers = { Destination: `webdav://127.0.0.1:${davgate.port}/docs/Segelzeiten%20%C3%9C.txt` };
      assert.equal(await kio.status('MOVE', '/docs/opening-hours.txt', { headers }), 201);
      const file = join(davgate.folder, 'docs', 'Segelzeiten Ü.txt');
      assert.match(await readFile(file, 'utf8'), /\S/);
    } finally {
      await davgate.dispose();
    }
  });
});
