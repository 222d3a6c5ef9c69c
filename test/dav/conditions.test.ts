import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { davSite, propertyUpdate, type Asking, type DavSite } from './dav-site.js';

const update = propertyUpdate('<D:set><D:prop><p xmlns="x:">v</p></D:prop></D:set>');

/** Every method, and what it answers where its conditions hold. */
const methods: readonly [string, Asking, number][] = [
  ['GET', {}, 200],
  ['HEAD', {}, 200],
  ['PUT', { body: 'new' }, 204],
  ['DELETE', {}, 204],
  ['PROPFIND', { headers: { depth: '0' } }, 207],
  ['PROPPATCH', { body: update }, 207],
  ['COPY', { to: '/docs/copy' }, 201],
  ['MOVE', { to: '/docs/moved' }, 201],
];

const past = 'Thu, 29 Feb 2024 12:00:00 GMT';
const future = 'Fri, 29 Feb 2999 12:00:00 GMT';

/** Conditions on a file that is there, by its own entity tag, and whether they hold. */
const conditions: readonly [string, (etag: string) => Record<string, string>, boolean][] = [
  ['If-Match of its tag', (etag) => ({ 'if-match': etag }), true],
  ['If-Match of any', () => ({ 'if-match': '*' }), true],
  ['If-Match of another', () => ({ 'if-match': '"other"' }), false],
  ['If-Match of its tag, weak', (etag) => ({ 'if-match': `W/${etag}` }), false],
  ['If-None-Match of another', () => ({ 'if-none-match': '"other"' }), true],
  ['If-Unmodified-Since the past', () => ({ 'if-unmodified-since': past }), false],
  ['If-Unmodified-Since the future', () => ({ 'if-unmodified-since': future }), true],
  [
    'If-Match that holds and If-Unmodified-Since that does not',
    (etag) => ({ 'if-match': etag, 'if-unmodified-since': past }),
    true,
  ],
];

async function furnished(t: TestContext): Promise<{ site: DavSite; etag: string }> {
  const site = await davSite(t);
  const etag = (await site.put('/docs/file', 'old')).header('ETag');
  assert.ok(etag !== undefined);
  return { site, etag };
}

describe('conditions count for every method', () => {
  for (const [method, asking, status] of methods) {
    for (const [what, fields, holds] of conditions) {
      test(`${method} with ${what}`, async (t) => {
        const { site, etag } = await furnished(t);
        const headers = { ...asking.headers, ...fields(etag) };
        const answer = await site.ask(method, '/docs/file', { ...asking, headers });
        assert.equal(answer.status, holds ? status : 412);
        if (holds) return;
        assert.equal(await site.text('/docs/file'), 'old');
        assert.equal(await site.property('/docs/file', '{x:}p'), undefined);
        assert.equal(asking.to === undefined ? undefined : await site.kind(asking.to), undefined);
      });
    }

    test(`${method} with If-None-Match of what is there`, async (t) => {
      const { site, etag } = await furnished(t);
      for (const field of ['*', etag, `W/${etag}`]) {
        const headers = { ...asking.headers, 'if-none-match': field };
        const answer = await site.ask(method, '/docs/file', { ...asking, headers });
        assert.equal(answer.status, method === 'GET' || method === 'HEAD' ? 304 : 412, field);
      }
      assert.equal(await site.text('/docs/file'), 'old');
    });
  }

  test('of a collection, which has no tag, by its being there', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/folder');
    for (const [method, asking] of methods.filter(([name]) => !['GET', 'HEAD', 'PUT'].includes(name))) {
      for (const [fields, status] of [
        [{ 'if-none-match': '*' }, 412],
        [{ 'if-match': '"any"' }, 412],
      ] as const) {
        const headers = { ...asking.headers, ...fields };
        assert.equal((await site.ask(method, '/docs/folder', { ...asking, headers })).status, status, method);
      }
    }
    assert.equal(await site.kind('/docs/folder'), 'collection');
  });

  test('of what is not there', async (t) => {
    const site = await davSite(t);
    for (const [method, path] of [
      ['PUT', '/docs/new'],
      ['MKCOL', '/docs/new'],
    ] as const) {
      assert.equal((await site.ask(method, path, { headers: { 'if-match': '*' } })).status, 412);
      assert.equal(await site.kind(path), undefined);
      assert.equal(
        (await site.ask(method, `${path}-${method}`, { headers: { 'if-none-match': '*' } })).status,
        201,
      );
    }
  });

  test('not for OPTIONS, which selects no representation', async (t) => {
    const { site } = await furnished(t);
    assert.equal((await site.ask('OPTIONS', '/docs/file', { headers: { 'if-match': '"x"' } })).status, 200);
  });
});

describe('PUT', () => {
  for (const range of ['bytes 0-3/10', 'bytes */10', '']) {
    test(`with Content-Range: ${range} is 400 and changes nothing`, async (t) => {
      const { site } = await furnished(t);
      const headers = { 'content-range': range };
      assert.equal((await site.ask('PUT', '/docs/file', { body: 'new', headers })).status, 400);
      assert.equal(await site.text('/docs/file'), 'old');
    });
  }
});
