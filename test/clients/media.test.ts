import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl } from './helpers/programs.js';

describe('curl on the media share', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let film: Buffer;
  const eve = ['--user', login('eve')];
  const ask = (path: string, ...args: string[]) => curl(`${davgate.url}/media/${path}`, [...eve, ...args]);
  before(async () => {
    davgate = await sampleDavgate();
    film = await readFile(join(davgate.folder, 'media', 'film.mp4'));
  });
  after(() => davgate.dispose());

  it('gets a large file whole', async () => {
    const { status, headers, body } = await ask('film.mp4');
    assert.equal(status, 200);
    assert.equal(headers.get('content-length'), String(film.length));
    assert.equal(headers.get('content-type'), 'video/mp4');
    assert.equal(headers.get('accept-ranges'), 'bytes');
    assert.ok(body.equals(film));
  });

  it('gets one range of it', async () => {
    const { status, headers, body } = await ask('film.mp4', '--range', '1000000-1999999');
    assert.equal(status, 206);
    assert.equal(headers.get('content-range'), `bytes 1000000-1999999/${film.length}`);
    assert.ok(body.equals(film.subarray(1_000_000, 2_000_000)));
  });

  it('gets the end of it', async () => {
    const { status, body } = await ask('film.mp4', '--range', '-500');
    assert.equal(status, 206);
    assert.ok(body.equals(film.subarray(-500)));
  });

  it('gets several ranges as multipart/byteranges', async () => {
    const { status, headers, body } = await ask('film.mp4', '--range', '0-9,200000-299999');
    assert.equal(status, 206);
    const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(headers.get('content-type') ?? '')?.[1];
    assert.ok(boundary !== undefined);
    assert.equal(headers.get('content-length'), String(body.length));
    const part = (first: number, last: number): Buffer =>
      Buffer.concat([
        Buffer.from(
          `\r\n--${boundary}\r\nContent-Type: video/mp4\r\nContent-Range: bytes ${first}-${last}/${film.length}\r\n\r\n`,
        ),
        film.subarray(first, last + 1),
      ]);
    assert.ok(
      body.equals(
        Buffer.concat([part(0, 9), part(200_000, 299_999), Buffer.from(`\r\n--${boundary}--\r\n`)]),
      ),
    );
  });

  it('refuses a range beyond the end', async () => {
    const { status, headers } = await ask('film.mp4', '--range', `${film.length}-`);
    assert.equal(status, 416);
    assert.equal(headers.get('content-range'), `bytes */${film.length}`);
  });

  it('obeys all five conditional header fields', async () => {
    const { headers } = await ask('harbour-evening.png', '--head');
    const etag = headers.get('etag') ?? '';
    const modified = headers.get('last-modified') ?? '';
    assert.match(etag, /^"[^"]+"$/);
    const earlier = new Date(Date.parse(modified) - 60_000).toUTCString();
    const cases: [name: string, fields: string[], status: number][] = [
      ['If-None-Match, same', [`If-None-Match: ${etag}`], 304],
      ['If-None-Match, weak same', [`If-None-Match: W/${etag}`], 304],
      ['If-None-Match, another', ['If-None-Match: "other"'], 200],
      ['If-None-Match, any', ['If-None-Match: *'], 304],
      ['If-Modified-Since, same', [`If-Modified-Since: ${modified}`], 304],
      ['If-Modified-Since, earlier', [`If-Modified-Since: ${earlier}`], 200],
      [
        'If-None-Match outweighs If-Modified-Since',
        ['If-None-Match: "other"', `If-Modified-Since: ${modified}`],
        200,
      ],
      ['If-Match, same', [`If-Match: ${etag}`], 200],
      ['If-Match, another', ['If-Match: "other"'], 412],
      ['If-Match, weak same', [`If-Match: W/${etag}`], 412],
      ['If-Unmodified-Since, same', [`If-Unmodified-Since: ${modified}`], 200],
      ['If-Unmodified-Since, earlier', [`If-Unmodified-Since: ${earlier}`], 412],
      ['If-Range, same', [`If-Range: ${etag}`, 'Range: bytes=0-9'], 206],
      ['If-Range, another', ['If-Range: "other"', 'Range: bytes=0-9'], 200],
      ['If-Range, date', [`If-Range: ${modified}`, 'Range: bytes=0-9'], 206],
      ['If-Range, earlier date', [`If-Range: ${earlier}`, 'Range: bytes=0-9'], 200],
    ];
    for (const [name, fields, expected] of cases) {
      const { status } = await ask('harbour-evening.png', ...fields.flatMap((field) => ['--header', field]));
      assert.equal(status, expected, name);
    }
  });

  it('answers HEAD with the header fields of GET', async () => {
    const [head, get] = [await ask('visitor-guide.pdf', '--head'), await ask('visitor-guide.pdf')];
    assert.equal(head.status, 200);
    assert.equal(head.body.length, 0);
    for (const name of ['content-type', 'content-length', 'etag', 'last-modified', 'accept-ranges']) {
      assert.equal(head.headers.get(name), get.headers.get(name), name);
    }
  });

  it('names the character set of text', async () => {
    const { headers } = await curl(`${davgate.url}/docs/opening-hours.txt`, ['--user', login('alice')]);
    assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
  });

  it('lists the folder as a page', async () => {
    const { status, headers, body } = await ask('');
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(body.toString(), /href="\/media\/film\.mp4"/);
  });

  for (const method of ['PUT', 'POST', 'DELETE', 'PROPPATCH', 'MKCOL', 'LOCK', 'PATCH', 'NOTIFY']) {
    it(`refuses ${method} and says what it takes`, async () => {
      const { status, headers } = await ask('visitor-guide.pdf', '--request', method);
      assert.equal(status, 405);
      assert.equal(headers.get('allow'), 'OPTIONS, GET, HEAD, PROPFIND');
    });
  }
});
