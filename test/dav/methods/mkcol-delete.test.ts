import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RequestHeaders } from '../../../src/http/message.js';
import { inShare } from '../../helpers/paths.js';
import { davSite } from '../dav-site.js';

describe('MKCOL', () => {
  for (const share of ['/docs', '/attic']) {
    const outcomes: readonly [string, string, RequestHeaders, number][] = [
      ['of a new name', `${share}/new`, {}, 201],
      ['of a new name with a slash', `${share}/new/`, {}, 201],
      ['of a new name with an empty body', `${share}/new`, { 'content-length': '0' }, 201],
      ['where a collection is', `${share}/folder`, {}, 405],
      ['where a file is', `${share}/file`, {}, 405],
      ['of the root', share, {}, 405],
      ['without a parent', `${share}/no/new`, {}, 409],
      ['below a file', `${share}/file/new`, {}, 409],
      ['with a body', `${share}/new`, { 'content-length': '3', 'content-type': 'text/plain' }, 415],
      [
        'with a chunked body',
        `${share}/new`,
        { 'transfer-encoding': 'chunked', 'content-type': 'text/plain' },
        415,
      ],
      ['where If-Match expects something', `${share}/new`, { 'if-match': '*' }, 412],
    ];
    for (const [what, path, headers, status] of outcomes) {
      test(`${what} in ${share} is ${status}`, async (t) => {
        const site = await davSite(t);
        await site.put(`${share}/file`, 'kept');
        await site.mkcol(`${share}/folder`);
        await site.put(`${share}/folder/member`, 'kept');
        const answer = await site.ask('MKCOL', path, { headers });
        assert.equal(answer.status, status);
        assert.equal(answer.header('Allow') !== undefined, status === 405);
        assert.equal(await site.kind(`${share}/new`), status === 201 ? 'collection' : undefined);
        assert.equal(await site.text(`${share}/file`), 'kept');
        assert.equal(await site.text(`${share}/folder/member`), 'kept');
      });
    }
  }

  test('does not take over what an earlier collection of that name left behind', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/folder');
    await site.mark('/docs/folder');
    await site.docs.remove(inShare('/folder'));
    await site.mkcol('/docs/folder');
    assert.equal(await site.markAt('/docs/folder'), undefined);
  });
});

describe('DELETE', () => {
  test('of a file is 204, and then 404', async (t) => {
    for (const share of ['/docs', '/attic']) {
      const site = await davSite(t);
      await site.put(`${share}/file`);
      const answer = await site.ask('DELETE', `${share}/file`);
      assert.equal(answer.status, 204);
      assert.equal(answer.text, '');
      assert.equal((await site.ask('DELETE', `${share}/file`)).status, 404);
      assert.equal((await site.ask('GET', `${share}/file`)).status, 404);
    }
  });

  test('of a collection takes all below it, and nothing beside it', async (t) => {
    for (const share of ['/docs', '/attic']) {
      const site = await davSite(t);
      await site.mkcol(`${share}/a`, `${share}/a/b`, `${share}/a/b/c`, `${share}/ab`, `${share}/a b`);
      for (const path of ['a/1', 'a/b/2', 'a/b/c/3', 'ab/4', 'a b/5'])
        await site.put(`${share}/${path}`, path);
      assert.equal((await site.ask('DELETE', `${share}/a/`)).status, 204);
      assert.equal(await site.kind(`${share}/a`), undefined);
      assert.equal(await site.text(`${share}/ab/4`), 'ab/4');
      assert.equal(await site.text(`${share}/a b/5`), 'a b/5');
    }
  });

  test('takes the dead properties along, and nobody else\u2019s', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/a', '/docs/ab');
    await site.put('/docs/a/file');
    await site.mark('/docs/a', '/docs/a/file', '/docs/ab');
    assert.equal((await site.ask('DELETE', '/docs/a')).status, 204);
    await site.mkcol('/docs/a');
    await site.put('/docs/a/file');
    assert.equal(await site.markAt('/docs/a'), undefined);
    assert.equal(await site.markAt('/docs/a/file'), undefined);
    assert.equal(await site.markAt('/docs/ab'), '/docs/ab');
  });

  const depths: readonly [string, string | undefined, number][] = [
    ['/docs/folder', undefined, 204],
    ['/docs/folder', 'infinity', 204],
    ['/docs/folder', '0', 400],
    ['/docs/folder', '1', 400],
    ['/docs/folder', 'odd', 400],
    ['/docs/file', '0', 204],
    ['/docs/file', 'infinity', 204],
  ];
  for (const [path, depth, status] of depths) {
    test(`${path} with Depth ${String(depth)} is ${status}`, async (t) => {
      const site = await davSite(t);
      await site.put('/docs/file');
      await site.mkcol('/docs/folder');
      await site.put('/docs/folder/member', 'kept');
      assert.equal((await site.ask('DELETE', path, { headers: { depth } })).status, status);
      assert.equal((await site.kind(path)) === undefined, status === 204);
      if (path !== '/docs/folder' || status !== 204) {
        assert.equal(await site.text('/docs/folder/member'), 'kept');
      }
    });
  }

  test('of the root of a share is 403, and takes nothing', async (t) => {
    for (const share of ['/docs', '/attic']) {
      const site = await davSite(t);
      await site.put(`${share}/file`, 'kept');
      assert.equal((await site.ask('DELETE', share)).status, 403);
      assert.equal((await site.ask('DELETE', `${share}/`)).status, 403);
      assert.equal(await site.text(`${share}/file`), 'kept');
    }
  });

  test('minds conditions, and takes nothing when they fail', async (t) => {
    const site = await davSite(t);
    const etag = (await site.put('/docs/file', 'kept')).header('ETag');
    const other = await site.ask('DELETE', '/docs/file', { headers: { 'if-match': '"other"' } });
    assert.equal(other.status, 412);
    assert.equal(await site.text('/docs/file'), 'kept');
    assert.equal((await site.ask('DELETE', '/docs/file', { headers: { 'if-match': etag } })).status, 204);
  });
});
