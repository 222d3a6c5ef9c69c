import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { davSite } from '../dav-site.js';

describe('GET and HEAD', () => {
  test('of a file give its bytes, its length and how to keep it', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/note.txt', 'hello');
    const get = await site.ask('GET', '/docs/note.txt');
    assert.equal(get.status, 200);
    assert.equal(get.text, 'hello');
    assert.equal(get.header('Content-Length'), '5');
    assert.equal(get.header('Content-Type'), 'text/plain; charset=utf-8');
    assert.equal(get.header('Cache-Control'), 'private, no-cache');
    assert.equal(get.header('X-Content-Type-Options'), 'nosniff');
    const head = await site.ask('HEAD', '/docs/note.txt');
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    for (const name of ['Content-Length', 'Content-Type', 'ETag', 'Last-Modified']) {
      assert.equal(head.header(name), get.header(name), name);
    }
  });

  test('of a part give 206, of none that exists 416, of what is known 304', async (t) => {
    for (const share of ['/docs', '/attic']) {
      const site = await davSite(t);
      const etag = (await site.put(`${share}/file`, '0123456789')).header('ETag');
      const part = await site.ask('GET', `${share}/file`, { headers: { range: 'bytes=3-5' } });
      assert.deepEqual([part.status, part.text], [206, '345']);
      assert.equal(part.header('Content-Range'), 'bytes 3-5/10');
      const beyond = await site.ask('GET', `${share}/file`, { headers: { range: 'bytes=10-' } });
      assert.deepEqual([beyond.status, beyond.header('Content-Range')], [416, 'bytes */10']);
      const known = await site.ask('GET', `${share}/file`, { headers: { 'if-none-match': etag } });
      assert.deepEqual([known.status, known.text], [304, '']);
    }
  });

  test('of nothing are 404', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    for (const path of ['/docs/missing', '/docs/file/below', '/attic/missing', '/docs/.davgate-staging']) {
      assert.equal((await site.ask('GET', path)).status, 404, path);
      assert.equal((await site.ask('HEAD', path)).status, 404, path);
    }
  });

  test('of a collection show the members that the user may know of', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/folder', '/docs/folder/secret');
    await site.put('/docs/folder/open');
    const hidden = new Set(['/folder/secret']);
    const asked: string[] = [];
    const mayRead = (path: string): boolean => {
      asked.push(path);
      return !hidden.has(path);
    };
    const get = await site.ask('GET', '/docs/folder', { mayRead });
    assert.equal(get.status, 200);
    assert.equal(get.text, '/docs/folder\nopen\n');
    assert.deepEqual(asked.sort(), ['/folder/open', '/folder/secret']);
    const all = await site.ask('GET', '/docs/folder/');
    assert.deepEqual(all.text.trim().split('\n').sort(), ['/docs/folder', 'open', 'secret']);
    assert.equal((await site.ask('HEAD', '/docs/folder')).status, 200);
  });
});

describe('OPTIONS', () => {
  const everything = [
    'OPTIONS',
    'GET',
    'HEAD',
    'PROPFIND',
    'PROPPATCH',
    'COPY',
    'DELETE',
    'MOVE',
    'PUT',
    'MKCOL',
    'LOCK',
    'UNLOCK',
  ];
  const allowed: readonly [string, readonly string[]][] = [
    ['/docs/file', everything.filter((method) => method !== 'MKCOL')],
    ['/docs/folder', everything.filter((method) => method !== 'MKCOL' && method !== 'PUT')],
    ['/docs', ['OPTIONS', 'GET', 'HEAD', 'PROPFIND', 'PROPPATCH', 'COPY', 'LOCK', 'UNLOCK']],
    ['/docs/missing', ['OPTIONS', 'PUT', 'MKCOL', 'LOCK']],
  ];
  for (const [path, methods] of allowed) {
    test(`${path} allows ${methods.join(', ')}`, async (t) => {
      const site = await davSite(t);
      await site.put('/docs/file');
      await site.mkcol('/docs/folder');
      const answer = await site.ask('OPTIONS', path);
      assert.equal(answer.status, 200);
      const names = answer.header('Allow')?.split(', ');
      assert.deepEqual(names?.sort(), [...methods].sort());
      assert.match(answer.header('DAV') ?? '', /^1, 2, 3, extended-mkcol$/);
      assert.equal(answer.header('MS-Author-Via'), 'DAV');
      assert.equal(answer.header('Content-Length'), '0');
    });
  }

  test('promises no method that the engine then does not know', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    for (const path of ['/docs/file', '/docs/missing', '/docs']) {
      const names = (await site.ask('OPTIONS', path)).header('Allow')?.split(', ') ?? [];
      for (const name of names) {
        const answer = await site.ask(name, path, { to: '/docs/copy', headers: { depth: '0' } });
        assert.notEqual(answer.kind === 'method-not-allowed', true, `${name} ${path}`);
        await site.put('/docs/file');
        for (const made of ['/docs/copy', '/docs/missing']) await site.ask('DELETE', made);
      }
    }
  });
});

test('a method that nobody knows is 405 with what is allowed there', async (t) => {
  const site = await davSite(t);
  await site.put('/docs/file');
  for (const method of ['BREW', 'PATCH', 'POST', 'TRACE', 'get', 'constructor', '']) {
    const answer = await site.ask(method, '/docs/file');
    assert.equal(answer.status, 405, method);
    assert.match(answer.header('Allow') ?? '', /^OPTIONS, GET/);
    assert.equal((await site.ask(method, '/docs/missing')).header('Allow'), 'OPTIONS, PUT, MKCOL, LOCK');
  }
});
