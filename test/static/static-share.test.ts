import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { describe, test, type TestContext } from 'node:test';
import { isFailure } from '../../src/failure.js';
import type { HttpResponse, RequestHeaders } from '../../src/http/message.js';
import { serverPathOf } from '../../src/http/target.js';
import { serveStatic } from '../../src/static/static-share.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { inShare } from '../helpers/paths.js';

const page = '<!doctype html><p>Hello</p>\n';
/** More than what is read at once, and every byte tells where it is. */
const large = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));
const changed = new Date('2024-02-29T12:00:00Z');

interface Setting {
  readonly root: string;
  readonly get: (path: string, more?: Asked) => Promise<HttpResponse>;
  /** How often this process has a file of the share open. */
  readonly openFiles: () => number;
}

interface Asked {
  readonly method?: string;
  readonly collection?: boolean;
  readonly query?: string;
  readonly headers?: RequestHeaders;
}

function setting(t: TestContext): Setting {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'davgate-static-')));
  t.after(() => {
    rmSync(root, { recursive: true });
  });
  mkdirSync(join(root, 'sub folder'));
  writeFileSync(join(root, 'index.html'), page);
  writeFileSync(join(root, 'large.bin'), large);
  writeFileSync(join(root, 'empty.txt'), '');
  for (const name of ['index.html', 'large.bin', 'empty.txt']) utimesSync(join(root, name), changed, changed);
  const owner = { host: 'here', pid: 1, isAlive: () => true, now: () => 0, unfinished: new Set<string>() };
  const storage = new LocalStorage(root, { owner, durability: 'relaxed' });
  return {
    root,
    get: (path, { method = 'GET', collection = false, query = '', headers = {} } = {}) =>
      serveStatic(
        {
          method,
          base: serverPathOf('/media'),
          path: inShare(path),
          collection,
          query,
          headers,
          trust: 'sandboxed',
          mayRead: (member) => !member.includes('secret'),
        },
        storage,
        (where, entries) => ({ status: 200, headers: [['X-Listed', where]], body: names(entries) }),
      ),
    openFiles: () => openBelow(root),
  };
}

function names(entries: AsyncIterable<readonly { readonly name: string }[]>): Readable {
  return Readable.from(
    (async function* () {
      for await (const batch of entries) yield batch.map(({ name }) => `${name}\n`).join('');
    })(),
    { objectMode: false },
  );
}

function openBelow(root: string): number {
  const targets = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return ''; // The listing's own, closed by now.
    }
  });
  return targets.filter((target) => target.startsWith(`${root}/`)).length;
}

/** Lets what was destroyed close; fails where it never does. */
async function released(openFiles: () => number): Promise<void> {
  for (let turn = 0; openFiles() > 0; turn += 1) {
    assert.ok(turn < 1000, 'a file stays open');
    await setImmediate();
  }
}

async function bytesOf({ body }: HttpResponse): Promise<Buffer> {
  if (body instanceof Readable) return buffer(body);
  return Buffer.from(body ?? '');
}

function field(response: HttpResponse, name: string): string | undefined {
  const values = response.headers.filter(([candidate]) => candidate === name);
  assert.ok(values.length <= 1, `${name} stands once`);
  return values[0]?.[1];
}

describe('a file', () => {
  test('comes whole with its type, length, validators, and word not to sniff or share it', async (t) => {
    const { get } = setting(t);
    const response = await get('/index.html');
    assert.equal(response.status, 200);
    assert.equal((await bytesOf(response)).toString(), page);
    assert.equal(field(response, 'Content-Type'), 'text/html; charset=utf-8');
    assert.equal(field(response, 'Content-Length'), String(page.length));
    assert.equal(field(response, 'Last-Modified'), 'Thu, 29 Feb 2024 12:00:00 GMT');
    assert.match(field(response, 'ETag') ?? '', /^"[^"]+"$/);
    assert.equal(field(response, 'Accept-Ranges'), 'bytes');
    assert.equal(field(response, 'X-Content-Type-Options'), 'nosniff');
    assert.equal(field(response, 'Cache-Control'), 'private, no-cache');
  });

  test('has the same head for HEAD, and no body', async (t) => {
    const { get, openFiles } = setting(t);
    for (const path of ['/index.html', '/large.bin', '/empty.txt']) {
      const head = await get(path, { method: 'HEAD' });
      assert.equal(head.body, undefined);
      assert.equal(openFiles(), 0);
      const whole = await get(path);
      assert.deepEqual(head.headers, whole.headers);
      await bytesOf(whole);
    }
  });

  test('that is large is streamed, and every byte arrives', async (t) => {
    const response = await setting(t).get('/large.bin');
    assert.ok(response.body instanceof Readable);
    assert.equal(field(response, 'Content-Length'), '300000');
    assert.ok((await bytesOf(response)).equals(large));
  });

  test('that is empty has no body', async (t) => {
    const response = await setting(t).get('/empty.txt');
    assert.equal(response.status, 200);
    assert.equal(field(response, 'Content-Length'), '0');
    assert.equal((await bytesOf(response)).length, 0);
  });

  test('that is the one the client has is not sent again', async (t) => {
    const { get, openFiles } = setting(t);
    const etag = field(await get('/index.html'), 'ETag');
    const response = await get('/index.html', { headers: { 'if-none-match': etag } });
    assert.equal(response.status, 304);
    assert.equal(response.body, undefined);
    assert.equal(field(response, 'Cache-Control'), 'private, no-cache');
    assert.equal(openFiles(), 0);
  });

  test('has another entity tag once it has other bytes, even of the same length and date', async (t) => {
    const { root, get } = setting(t);
    const before = field(await get('/index.html'), 'ETag');
    writeFileSync(join(root, 'new'), page.toUpperCase());
    utimesSync(join(root, 'new'), changed, changed);
    renameSync(join(root, 'new'), join(root, 'index.html'));
    assert.notEqual(field(await get('/index.html'), 'ETag'), before);
  });
});

const ranges: readonly (readonly [range: string, first: number, last: number, streamed: boolean])[] = [
  ['bytes=0-0', 0, 0, false],
  ['bytes=65530-65545', 65_530, 65_545, false],
  ['bytes=100000-165535', 100_000, 165_535, false],
  ['bytes=100000-165536', 100_000, 165_536, true],
  ['bytes=1-', 1, 299_999, true],
  ['bytes=-70000', 230_000, 299_999, true],
  ['bytes=-16', 299_984, 299_999, false],
];
for (const [range, first, last, streamed] of ranges) {
  test(`${range} of a large file is ${streamed ? 'streamed' : 'read at once'}`, async (t) => {
    const { get, openFiles } = setting(t);
    const response = await get('/large.bin', { headers: { range } });
    assert.equal(response.status, 206);
    assert.equal(response.body instanceof Readable, streamed);
    assert.equal(field(response, 'Content-Range'), `bytes ${first}-${last}/300000`);
    assert.equal(field(response, 'Content-Length'), String(last - first + 1));
    assert.ok((await bytesOf(response)).equals(large.subarray(first, last + 1)));
    await released(openFiles);
  });
}

test('ranges of a small file', async (t) => {
  const { get } = setting(t);
  const response = await get('/index.html', { headers: { range: 'bytes=-5' } });
  assert.equal(response.status, 206);
  assert.equal((await bytesOf(response)).toString(), '</p>\n');
});

test('several ranges of a large file, small and streamed, arrive in one body as long as announced', async (t) => {
  const { get, openFiles } = setting(t);
  const response = await get('/large.bin', { headers: { range: 'bytes=0-9,100000-199999,-3' } });
  assert.equal(response.status, 206);
  const boundary = field(response, 'Content-Type')?.split('boundary=')[1] ?? '';
  const head = (first: number, last: number) =>
    `\r\n--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${first}-${last}/300000\r\n\r\n`;
  const expected = Buffer.concat([
    Buffer.from(head(0, 9)),
    large.subarray(0, 10),
    Buffer.from(head(100_000, 199_999)),
    large.subarray(100_000, 200_000),
    Buffer.from(head(299_997, 299_999)),
    large.subarray(299_997),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  assert.equal(field(response, 'Content-Length'), String(expected.length));
  assert.ok((await bytesOf(response)).equals(expected));
  await released(openFiles);
});

describe('the file that an answer needs', () => {
  test('is closed before an answer without a stream is given', async (t) => {
    const { get, openFiles } = setting(t);
    await get('/index.html');
    await get('/index.html', { headers: { range: 'bytes=0-1' } });
    assert.equal(openFiles(), 0);
  });

  test('is closed when its stream has ended', async (t) => {
    const { get, openFiles } = setting(t);
    const response = await get('/large.bin');
    assert.equal(openFiles(), 1);
    await bytesOf(response);
    await released(openFiles);
  });

  for (const range of [undefined, 'bytes=1-', 'bytes=0-99999,100001-299999']) {
    const what = range ?? 'the whole';
    test(`is closed when nobody reads its stream (${what})`, async (t) => {
      const { get, openFiles } = setting(t);
      const { body } = await get('/large.bin', { headers: { range } });
      assert.ok(body instanceof Readable);
      assert.equal(openFiles(), 1);
      body.destroy();
      await released(openFiles);
    });

    test(`is closed when its stream is broken off (${what})`, async (t) => {
      const { get, openFiles } = setting(t);
      const { body } = await get('/large.bin', { headers: { range } });
      assert.ok(body instanceof Readable);
      await once(body, 'readable');
      assert.ok(body.read() !== null);
      body.destroy();
      await released(openFiles);
    });
  }

  test('is closed when the request cannot be met', async (t) => {
    const { get, openFiles } = setting(t);
    await assert.rejects(get('/large.bin', { headers: { 'if-match': '"other"' } }), (error) =>
      isFailure(error, 'precondition-failed'),
    );
    await assert.rejects(get('/large.bin', { headers: { range: 'bytes=300000-' } }), (error) =>
      isFailure(error, 'range-not-satisfiable'),
    );
    assert.equal(openFiles(), 0);
  });

  test('gives the bytes it had when it was opened, whatever stands at its name meanwhile', async (t) => {
    const { root, get } = setting(t);
    const response = await get('/large.bin');
    rmSync(join(root, 'large.bin'));
    writeFileSync(join(root, 'large.bin'), Buffer.alloc(300_000));
    assert.ok((await bytesOf(response)).equals(large));
  });
});

describe('a folder', () => {
  test('with its slash is listed under its path on the server', async (t) => {
    const { get } = setting(t);
    const response = await get('/', { collection: true });
    assert.equal(response.status, 200);
    assert.equal(field(response, 'X-Listed'), '/media');
    const listed = (await bytesOf(response)).toString().trim().split('\n').sort();
    assert.deepEqual(listed, ['empty.txt', 'index.html', 'large.bin', 'sub folder']);
  });

  test('inside the share is listed too, also for HEAD', async (t) => {
    const { get } = setting(t);
    for (const method of ['GET', 'HEAD']) {
      const response = await get('/sub folder', { collection: true, method });
      assert.equal(field(response, 'X-Listed'), '/media/sub folder');
      await bytesOf(response);
    }
  });

  const redirects: readonly (readonly [path: string, query: string, location: string])[] = [
    ['/', '', '/media/'],
    ['/sub folder', '', '/media/sub%20folder/'],
    ['/sub folder', 'a=b&c=%20', '/media/sub%20folder/?a=b&c=%20'],
  ];
  for (const [path, query, location] of redirects) {
    test(`without its slash leads to ${location}`, async (t) => {
      const response = await setting(t).get(path, { query });
      assert.deepEqual(response, {
        status: 301,
        headers: [
          ['Location', location],
          ['Content-Length', '0'],
        ],
      });
    });
  }
});

describe('not found is', () => {
  const missing: readonly (readonly [name: string, path: string, collection: boolean])[] = [
    ['what is not there', '/nowhere', false],
    ['what is not there, with a slash', '/nowhere', true],
    ['what would be in a folder that is not there', '/nowhere/a/b', false],
    ['a file with a trailing slash', '/index.html', true],
    ['what would be below a file', '/index.html/x', false],
    ['a symbolic link out of the share', '/out', false],
    ['what is below a symbolic link out of the share', '/etc/hostname', false],
    ['a symbolic link to nothing', '/dangling', false],
    ['the folder of unfinished uploads', '/.davgate-staging', true],
  ];
  for (const [name, path, collection] of missing) {
    test(name, async (t) => {
      const { root, get, openFiles } = setting(t);
      symlinkSync('/etc/passwd', join(root, 'out'));
      symlinkSync('/etc', join(root, 'etc'));
      symlinkSync('gone', join(root, 'dangling'));
      mkdirSync(join(root, '.davgate-staging'));
      for (const method of ['GET', 'HEAD']) {
        await assert.rejects(get(path, { collection, method }), (error) => isFailure(error, 'not-found'));
      }
      assert.equal(openFiles(), 0);
    });
  }
});
