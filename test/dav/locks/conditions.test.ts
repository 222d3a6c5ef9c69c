import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { davSite, type DavSite } from '../dav-site.js';
import { takeLock } from '../locking.js';

describe('If is evaluated', () => {
  /** `T` stands for the token of a lock on /docs/file, `E` for its entity tag, `F` for that of /attic/file. */
  const cases: readonly [field: string, holds: boolean][] = [
    ['(<T>)', true],
    ['([E])', true],
    ['(<T> [E])', true],
    ['(<T> ["other"])', false],
    ['(<urn:uuid:0> [E])', false],
    ['(<urn:uuid:0>) ([E])', true],
    ['(Not <T>)', false],
    ['(Not <urn:uuid:0> [E])', true],
    ['(Not ["other"])', true],
    ['([W/E])', false],
    ['(<DAV:no-lock>)', false],
    ['(Not <DAV:no-lock>)', true],
    ['</docs/file> (<T>)', true],
    ['<http://host/docs/file> (<T>)', true],
    ['<http://HOST:80/docs/file> (<T>)', true],
    ['<https://host/docs/file> (<T>)', true],
    ['</docs/fil%65> (<T>)', true],
    ['<http://elsewhere/docs/file> (<T>)', false],
    ['<http://elsewhere/docs/file> (Not <T>)', true],
    ['<mailto:me> (<T>)', false],
    ['</docs/%zz> (<T>)', false],
    ['</docs/../file> (<T>)', false],
    ['</docs/other> (<T>)', false],
    ['</docs/missing> (<T>)', false],
    ['</docs/missing> (Not ["x"])', true],
    ['</docs> (["x"])', false],
    ['</nowhere> (["x"])', false],
    ['</nowhere> (["x"]) </docs/file> (<T>)', true],
    ['</attic/file> ([F])', true],
    ['</attic/file> ([E])', false],
    ['</attic/file> ([F]) (<T>)', true],
    ['</attic/file> ([E]) </docs/file> ([F])', false],
  ];

  async function furnished(site: DavSite): Promise<(field: string) => string> {
    const own = (await site.put('/docs/file', 'old')).header('ETag') ?? '';
    const other = (await site.put('/attic/file')).header('ETag') ?? '';
    await site.put('/docs/other');
    const token = await takeLock(site, '/docs/file', { depth: '0' });
    return (field) =>
      field
        .replaceAll('<T>', `<${token}>`)
        .replaceAll(/E(?=\])/g, own)
        .replaceAll(/F(?=\])/g, other);
  }

  for (const [field, expected] of cases) {
    test(`${field} ${expected ? 'holds' : 'is 412'}`, async (t) => {
      const site = await davSite(t);
      const filled = (await furnished(site))(field);
      const headers = { if: filled, host: 'host' };
      assert.equal((await site.ask('GET', '/docs/file', { headers })).status, expected ? 200 : 412);
      // Where it holds and submits the token, the change goes; where it does not submit it, the lock is in the way.
      const status = !expected ? 412 : field.includes('<T>') ? 204 : 423;
      assert.equal((await site.ask('PUT', '/docs/file', { headers, body: 'new' })).status, status);
    });
  }

  for (const method of ['GET', 'PUT', 'DELETE', 'PROPFIND', 'MKCOL', 'COPY', 'MOVE', 'OPTIONS', 'UNLOCK']) {
    test(`and a malformed one is 400 for ${method}`, async (t) => {
      const site = await davSite(t);
      await site.put('/docs/file');
      const answer = await site.ask(method, '/docs/file', { headers: { if: '(<' }, to: '/docs/new' });
      assert.equal(answer.status, 400);
    });
  }

  test('without telling the entity tag of what the user may not read', async (t) => {
    const site = await davSite(t);
    const secret = (await site.put('/attic/secret')).header('ETag') ?? '';
    await site.put('/docs/file');
    const headers = { if: `</attic/secret> ([${secret}])` };
    assert.equal((await site.ask('GET', '/docs/file', { headers })).status, 200);
    const mayRead = (path: string) => path !== '/secret';
    assert.equal((await site.ask('GET', '/docs/file', { headers, mayRead })).status, 412);
  });
});
