import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Readable } from 'node:stream';
import { Allowance } from '../../src/async/allowance.js';
import { davSite, propertyUpdate } from './dav-site.js';
import { lockInfo, takeLock } from './locking.js';

const nobody = { as: undefined };

describe('somebody without a name', () => {
  test('reads', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/note.txt', 'hello');
    for (const [method, status] of [
      ['GET', 200],
      ['HEAD', 200],
      ['OPTIONS', 200],
      ['PROPFIND', 207],
    ] as const) {
      const answer = await site.ask(method, '/docs/note.txt', { ...nobody, headers: { depth: '0' } });
      assert.equal(answer.status, status, method);
    }
  });

  const writing: readonly (readonly [method: string, target: string, asking?: object])[] = [
    ['PUT', '/docs/note.txt', { body: 'changed' }],
    ['PUT', '/docs/new.txt', { body: 'new' }],
    ['DELETE', '/docs/note.txt'],
    ['MKCOL', '/docs/new'],
    ['COPY', '/docs/note.txt', { to: '/docs/copy.txt' }],
    ['MOVE', '/docs/note.txt', { to: '/docs/moved.txt' }],
    ['PROPPATCH', '/docs/note.txt', { body: propertyUpdate('<D:set><D:prop><a/></D:prop></D:set>') }],
    ['LOCK', '/docs/note.txt', { body: lockInfo() }],
    ['LOCK', '/docs/new.txt', { body: lockInfo('shared') }],
    ['UNLOCK', '/docs/note.txt', { headers: { 'lock-token': '<urn:uuid:1>' } }],
  ];
  for (const [method, target, asking = {}] of writing) {
    test(`does not ${method} ${target}, and nothing changes`, async (t) => {
      const site = await davSite(t);
      await site.put('/docs/note.txt', 'hello');
      const before = await site.ask('PROPFIND', '/docs/', { headers: { depth: '1' } });
      assert.equal((await site.ask(method, target, { ...asking, ...nobody })).status, 401);
      const after = await site.ask('PROPFIND', '/docs/', { headers: { depth: '1' } });
      assert.equal(after.text, before.text);
    });
  }

  test('sees a lock, and no token, not even with the token of it in hand', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/note.txt', 'hello');
    const token = await takeLock(site, '/docs/note.txt');
    const headers = { depth: '0', if: `(<${token}>)` };
    const { status, text } = await site.ask('PROPFIND', '/docs/note.txt', { ...nobody, headers });
    assert.equal(status, 207);
    assert.match(text, /<D:activelock>/);
    assert.ok(!text.includes(token));
    const put = await site.ask('PUT', '/docs/note.txt', { ...nobody, headers, body: 'x' });
    assert.equal(put.status, 401);
  });

  test('has the XML that is being read counted to where they are', async (t) => {
    const site = await davSite(t);
    site.xmlBytes = new Allowance({ perOwner: 500, inAll: 10_000 });
    const large = {
      body: Readable.from([Buffer.alloc(400, ' '), Buffer.alloc(400, ' ')], { objectMode: false }),
    };
    const here = { ...nobody, owner: 'here', headers: { depth: '0' } };
    assert.equal((await site.ask('PROPFIND', '/docs/', { ...here, ...large })).status, 503);
    assert.equal((await site.ask('PROPFIND', '/docs/', here)).status, 207);
    assert.equal(site.xmlBytes.held, 0);
  });
});
