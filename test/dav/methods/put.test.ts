import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { RequestHeaders } from '../../../src/http/message.js';
import { brokenBody, openBody } from '../../contracts/bodies.js';
import { davSite } from '../dav-site.js';

describe('PUT', () => {
  test('makes a file with 201, and replaces it with 204', async (t) => {
    const site = await davSite(t);
    const first = await site.ask('PUT', '/docs/file', { body: 'one' });
    assert.equal(first.status, 201);
    assert.equal(first.header('Content-Length'), '0');
    const second = await site.ask('PUT', '/docs/file', { body: 'two' });
    assert.equal(second.status, 204);
    assert.equal(second.header('Content-Length'), undefined);
    assert.equal(await site.text('/docs/file'), 'two');
    assert.notEqual(second.header('ETag'), first.header('ETag'));
  });

  test('tells davfs2 the ETag and Last-Modified, the same as GET and PROPFIND', async (t) => {
    const site = await davSite(t);
    const put = await site.put('/docs/file');
    const get = await site.ask('GET', '/docs/file');
    assert.match(put.header('ETag') ?? '', /^"[^"]+"$/);
    assert.equal(get.header('ETag'), put.header('ETag'));
    assert.equal(get.header('Last-Modified'), put.header('Last-Modified'));
    assert.equal((await site.property('/docs/file', '{DAV:}getetag'))?.text, put.header('ETag'));
  });

  const refusals: readonly [string, string, RequestHeaders, number][] = [
    ['where the parent is missing', '/docs/no/file', {}, 409],
    ['where the parent is a file', '/docs/file/below', {}, 409],
    ['on a collection', '/docs/folder', {}, 405],
    ['on a collection with a slash', '/docs/folder/', {}, 405],
    ['on the root of a share', '/docs', {}, 405],
    ['on a new name with a slash', '/docs/new/', {}, 405],
    ['with Content-Range', '/docs/new', { 'content-range': 'bytes 0-3/4' }, 400],
    ['with Content-Range on a file', '/docs/file', { 'content-range': 'bytes 0-3/4' }, 400],
    ['with If-None-Match: * on a file', '/docs/file', { 'if-none-match': '*' }, 412],
    ['with If-Match of another file', '/docs/file', { 'if-match': '"other"' }, 412],
    ['with If-Match: * on nothing', '/docs/new', { 'if-match': '*' }, 412],
    ['with If-Match of something on nothing', '/docs/new', { 'if-match': '"other"' }, 412],
    ['with If-Match that is no list of tags', '/docs/file', { 'if-match': 'other' }, 400],
    ['with If-None-Match: *, *', '/docs/file', { 'if-none-match': '*, *' }, 412],
    ['with If-None-Match that is no list of tags', '/docs/file', { 'if-none-match': '"a" "b"' }, 400],
    [
      'with If-Unmodified-Since long ago',
      '/docs/file',
      { 'if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' },
      412,
    ],
    ['that is shorter than announced', '/docs/file', { 'content-length': '5' }, 400],
    ['that is longer than announced', '/docs/file', { 'content-length': '3' }, 400],
    ['shorter than Finder announced', '/docs/new', { 'x-expected-entity-length': '5' }, 400],
    ['longer than Finder announced', '/docs/file', { 'x-expected-entity-length': '3' }, 400],
    ['that Finder announced in words', '/docs/file', { 'x-expected-entity-length': 'four' }, 400],
    ['of two lengths', '/docs/file', { 'content-length': '4', 'x-expected-entity-length': '5' }, 400],
    ['of a reserved name', '/docs/.davgate-x', {}, 403],
    ['of a name too long', `/docs/${'n'.repeat(256)}`, {}, 414],
  ];
  for (const [what, path, headers, status] of refusals) {
    test(`${what} is ${status} and changes nothing`, async (t) => {
      const site = await davSite(t);
      await site.put('/docs/file', 'old');
      await site.mkcol('/docs/folder');
      const before = await site.property('/docs/file', '{DAV:}getetag');
      const answer = await site.ask('PUT', path, { headers, body: 'text' });
      assert.equal(answer.status, status);
      if (status === 405) assert.match(answer.header('Allow') ?? '', /OPTIONS/);
      assert.equal(await site.text('/docs/file'), 'old');
      assert.deepEqual(await site.property('/docs/file', '{DAV:}getetag'), before);
      const listed = await site.ask('GET', '/docs/');
      assert.deepEqual(listed.text.trim().split('\n').sort(), ['/docs', 'file', 'folder']);
    });
  }

  const allowed: readonly [string, string, (etag: string) => RequestHeaders, number][] = [
    ['If-None-Match: * on nothing', '/docs/new', () => ({ 'if-none-match': '*' }), 201],
    ['If-Match of the file', '/docs/file', (etag) => ({ 'if-match': etag }), 204],
    ['If-Match of several', '/docs/file', (etag) => ({ 'if-match': `"other", ${etag}` }), 204],
    ['If-Match: * on a file', '/docs/file', () => ({ 'if-match': '*' }), 204],
    ['If-None-Match of another', '/docs/file', () => ({ 'if-none-match': '"other"' }), 204],
    ['the length that arrives', '/docs/file', () => ({ 'content-length': '4' }), 204],
    ['the length that Finder announced', '/docs/file', () => ({ 'x-expected-entity-length': '4' }), 204],
  ];
  for (const [what, path, headers, status] of allowed) {
    test(`with ${what} is ${status}`, async (t) => {
      const site = await davSite(t);
      const etag = (await site.put('/docs/file', 'old')).header('ETag') ?? '';
      const answer = await site.ask('PUT', path, { headers: headers(etag), body: 'text' });
      assert.equal(answer.status, status);
      assert.equal(await site.text(path), 'text');
    });
  }

  test('with If-Match is refused when the file changed while the body arrived', async (t) => {
    for (const share of ['/docs', '/attic']) {
      const site = await davSite(t);
      const etag = (await site.put(`${share}/file`, 'old')).header('ETag');
      const body = openBody();
      const slow = site.ask('PUT', `${share}/file`, { headers: { 'if-match': etag }, body });
      body.push('mine ');
      await site.put(`${share}/file`, 'theirs');
      body.push(null);
      assert.equal((await slow).status, 412);
      assert.equal(await site.text(`${share}/file`), 'theirs');
    }
  });

  test('that breaks off keeps the old file', async (t) => {
    for (const share of ['/docs', '/attic']) {
      const site = await davSite(t);
      await site.put(`${share}/file`, 'old');
      assert.equal((await site.ask('PUT', `${share}/file`, { body: brokenBody('half') })).status, 400);
      assert.equal((await site.ask('PUT', `${share}/new`, { body: brokenBody('half') })).status, 400);
      assert.equal(await site.text(`${share}/file`), 'old');
      assert.equal(await site.kind(`${share}/new`), undefined);
    }
  });

  const times: readonly [string, string, string | undefined][] = [
    ['seconds', '981173106', 'Sat, 03 Feb 2001 04:05:06 GMT'],
    ['seconds with decimals', '981173106.789012', 'Sat, 03 Feb 2001 04:05:06 GMT'],
    ['the epoch', '0', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ['no number', 'yesterday', undefined],
    ['a negative number', '-1', undefined],
    ['a year that no date can tell', '999999999999', undefined],
    ['nothing', '', undefined],
  ];
  for (const [what, field, date] of times) {
    test(`from rclone with X-OC-Mtime of ${what} ${date ? 'sets the time' : 'keeps the file all the same'}`, async (t) => {
      const site = await davSite(t);
      const put = await site.ask('PUT', '/docs/file', { headers: { 'x-oc-mtime': field }, body: 'text' });
      assert.equal(put.status, 201);
      assert.equal(put.header('X-OC-Mtime'), date ? 'accepted' : undefined);
      const get = await site.ask('GET', '/docs/file');
      assert.equal(get.header('Last-Modified'), put.header('Last-Modified'));
      assert.equal(get.header('ETag'), put.header('ETag'));
      if (date) assert.equal(get.header('Last-Modified'), date);
      else assert.ok(Date.parse(get.header('Last-Modified') ?? '') > Date.now() - 60_000);
      await site.put('/docs/file', 'again');
      const again = await site.ask('GET', '/docs/file');
      assert.ok(Date.parse(again.header('Last-Modified') ?? '') > Date.now() - 60_000);
    });
  }

  test('says nothing of X-OC-Mtime where the storage cannot set a time', async (t) => {
    const site = await davSite(t);
    const headers = { 'x-oc-mtime': '981173106' };
    const put = await site.ask('PUT', '/attic/file', { headers, body: 'text' });
    assert.deepEqual([put.status, put.header('X-OC-Mtime')], [201, undefined]);
  });

  test('keeps the dead properties of a file that it replaces', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file', 'old');
    await site.mark('/docs/file');
    await site.put('/docs/file', 'new');
    assert.equal(await site.markAt('/docs/file'), '/docs/file');
  });

  test('does not take over properties of a file that another program removed', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    await site.mark('/docs/file');
    rmSync(`${site.folder}/file`);
    await site.put('/docs/file');
    assert.equal(await site.markAt('/docs/file'), undefined);
  });
});
