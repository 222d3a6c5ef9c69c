import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import type { HttpResponse, RequestHeaders } from '../../src/http/message.js';
import { serveFile } from '../../src/static/serve-file.js';
import { bodyOf, bytesOf } from '../contracts/bodies.js';
import { openBelow } from '../contracts/descriptors.js';
import { failing } from '../contracts/failing.js';
import { inShare } from '../helpers/paths.js';
import { localStorage } from '../storage/local-setting.js';

const large = 500_000;

async function served(t: TestContext) {
  const { folder, storage } = localStorage(t);
  await storage.write(inShare('/small.txt'), bodyOf('0123456789'));
  await storage.write(inShare('/large.bin'), bodyOf(Buffer.alloc(large, 'x')));
  await storage.write(inShare('/empty.html'), bodyOf());
  const get = (path: string, headers: RequestHeaders = {}, method = 'GET') =>
    serveFile(storage, inShare(path), method, headers);
  return { folder, storage, get };
}

const header = ({ headers }: HttpResponse, name: string): string | undefined =>
  headers.find(([found]) => found === name)?.[1];

describe('a file as an answer', () => {
  const answers: readonly [string, string, RequestHeaders, number, string][] = [
    ['/small.txt', 'GET', {}, 200, '0123456789'],
    ['/small.txt', 'HEAD', {}, 200, ''],
    ['/empty.html', 'GET', {}, 200, ''],
    ['/small.txt', 'GET', { range: 'bytes=2-4' }, 206, '234'],
    ['/small.txt', 'GET', { range: 'bytes=-1' }, 206, '9'],
    ['/small.txt', 'GET', { 'if-none-match': '*' }, 304, ''],
    ['/large.bin', 'GET', {}, 200, 'x'.repeat(large)],
    ['/large.bin', 'HEAD', {}, 200, ''],
    ['/large.bin', 'GET', { range: `bytes=1-${large - 2}` }, 206, 'x'.repeat(large - 2)],
  ];
  for (const [path, method, headers, status, body] of answers) {
    test(`${method} ${path} ${JSON.stringify(headers)}: ${status}, and the file is let go of`, async (t) => {
      const { folder, get } = await served(t);
      const response = await get(path, headers, method);
      assert.equal(response.status, status);
      assert.equal((await bytesOf(response.body)).toString(), body);
      if (response.body instanceof Readable && !response.body.closed) await once(response.body, 'close');
      assert.deepEqual(openBelow(folder), []);
    });
  }

  test('says what it is', async (t) => {
    const { get } = await served(t);
    const response = await get('/small.txt');
    assert.equal(header(response, 'Content-Type'), 'text/plain; charset=utf-8');
    assert.equal(header(response, 'Content-Length'), '10');
    assert.equal(header(response, 'Accept-Ranges'), 'bytes');
    assert.match(header(response, 'ETag') ?? '', /^"/);
    assert.match(header(response, 'Last-Modified') ?? '', / GMT$/);
    assert.equal(header(await get('/large.bin', {}, 'HEAD'), 'Content-Length'), String(large));
  });

  test('in many parts has the length that it announces, and lets go of the file', async (t) => {
    const { folder, get } = await served(t);
    const response = await get('/large.bin', { range: 'bytes=0-9,100-200000,300000-' });
    assert.equal(response.status, 206);
    assert.ok(response.body instanceof Readable);
    const bytes = await bytesOf(response.body);
    assert.equal(String(bytes.length), header(response, 'Content-Length'));
    if (!response.body.closed) await once(response.body, 'close');
    assert.deepEqual(openBelow(folder), []);
  });

  for (const range of [undefined, 'bytes=0-9,100-200000,300000-']) {
    for (const moment of ['unread', 'in the middle']) {
      test(`is let go of when it is abandoned ${moment}, range ${String(range)}`, async (t) => {
        const { folder, get } = await served(t);
        const { body } = await get('/large.bin', { range });
        assert.ok(body instanceof Readable);
        if (moment === 'in the middle') {
          body.resume();
          await once(body, 'data');
        }
        body.destroy();
        await once(body, 'close');
        while (openBelow(folder).length > 0) await new Promise(setImmediate);
      });
    }
  }

  test('that fails a condition or a range lets go of the file', async (t) => {
    const { folder, get } = await served(t);
    await assert.rejects(get('/small.txt', { 'if-match': '"other"' }), failing('precondition-failed'));
    await assert.rejects(get('/small.txt', { range: 'bytes=10-' }), failing('range-not-satisfiable'));
    await assert.rejects(get('/missing'), failing('not-found'));
    await assert.rejects(get('/'), failing('not-found'));
    assert.deepEqual(openBelow(folder), []);
  });

  test('answers If-None-Match with its own tag, until the file changes', async (t) => {
    const { storage, get } = await served(t);
    const etag = header(await get('/small.txt'), 'ETag');
    assert.equal((await get('/small.txt', { 'if-none-match': etag })).status, 304);
    await storage.write(inShare('/small.txt'), bodyOf('9876543210'));
    assert.equal((await get('/small.txt', { 'if-none-match': etag })).status, 200);
  });
});
