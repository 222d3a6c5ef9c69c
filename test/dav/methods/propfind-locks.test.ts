import assert from 'node:assert/strict';
import { test } from 'node:test';
import { davSite, propfindBody } from '../dav-site.js';
import { activeLocks, askLock, takeLock } from '../locking.js';
import { all } from '../xml-tree.js';

const both = propfindBody('<D:prop><D:lockdiscovery/><D:supportedlock/></D:prop>');

test('PROPFIND tells the locks of each member: its own, and those from above', async (t) => {
  const site = await davSite(t);
  await site.mkcol('/docs/folder', '/docs/folder/sub', '/docs/folder/sub/deep');
  for (const file of ['a', 'b']) await site.put(`/docs/folder/${file}`);
  await takeLock(site, '/docs', { scope: 'shared', depth: 'infinity' });
  await takeLock(site, '/docs/folder', { scope: 'shared', depth: '0' });
  await takeLock(site, '/docs/folder/a', { scope: 'shared' });
  await takeLock(site, '/docs/folder/sub/deep', { scope: 'shared' });
  const answer = await site.ask('PROPFIND', '/docs/folder', { headers: { depth: '1' }, body: both });
  const roots = answer.members().map(({ href, properties }): readonly [string, readonly string[]] => {
    const discovery = properties.get(200)?.get('{DAV:}lockdiscovery');
    assert.ok(discovery);
    return [href, activeLocks(discovery).map(({ root }) => root)];
  });
  assert.deepEqual(Object.fromEntries(roots), {
    '/docs/folder/': ['/docs/folder/', '/docs/'],
    '/docs/folder/sub/': ['/docs/'],
    '/docs/folder/a': ['/docs/folder/a', '/docs/'],
    '/docs/folder/b': ['/docs/'],
  });
});

test('PROPFIND shows a lock to who may read, its token to its own user', async (t) => {
  const site = await davSite(t);
  await site.put('/docs/file');
  const token = await takeLock(site, '/docs/file');
  for (const [as, seen] of [
    ['alice', token],
    ['bob', undefined],
  ] as const) {
    for (const body of ['', both]) {
      const answer = await site.ask('PROPFIND', '/docs/file', { headers: { depth: '0' }, body, as });
      const discovery = answer.members()[0]?.properties.get(200)?.get('{DAV:}lockdiscovery');
      assert.ok(discovery);
      const [lock] = activeLocks(discovery);
      assert.deepEqual([lock?.token, lock?.scope, lock?.root], [seen, 'exclusive', '/docs/file']);
      assert.equal(answer.text.includes(token), seen !== undefined);
    }
  }
  assert.equal((await askLock(site, '/docs/file', { as: 'bob' })).text.includes(token), false);
});

test('PROPFIND tells which locks there are', async (t) => {
  const site = await davSite(t);
  for (const target of ['/docs', '/attic']) {
    const answer = await site.ask('PROPFIND', target, { headers: { depth: '0' }, body: both });
    const supported = answer.members()[0]?.properties.get(200)?.get('{DAV:}supportedlock');
    assert.ok(supported);
    const entries = all(supported, '{DAV:}lockentry').map((entry) =>
      entry.elements.map(({ name, elements }) => [name, elements[0]?.name]),
    );
    const write = ['{DAV:}locktype', '{DAV:}write'];
    assert.deepEqual(entries, [
      [['{DAV:}lockscope', '{DAV:}exclusive'], write],
      [['{DAV:}lockscope', '{DAV:}shared'], write],
    ]);
  }
});

test('PROPFIND asks for locks twice at most however many members there are, and not unless they are wanted', async (t) => {
  const site = await davSite(t);
  for (let number = 0; number < 40; number += 1) await site.put(`/docs/file${number}`);
  await takeLock(site, '/docs/file7');
  const asked: string[] = [];
  const covering = site.locks.covering.bind(site.locks);
  site.locks.covering = (path) => {
    asked.push(`covering ${path}`);
    return covering(path);
  };
  const below = site.locks.below.bind(site.locks);
  site.locks.below = (path, depth) => {
    asked.push(`below ${path}, ${depth ?? ''}`);
    return below(path, depth);
  };
  const headers = { depth: '1' };
  const answer = await site.ask('PROPFIND', '/docs', { headers, body: both });
  assert.equal(answer.members().length, 41);
  assert.deepEqual(asked, ['covering /docs', 'below /docs, 1']);
  asked.length = 0;
  await site.ask('PROPFIND', '/docs', { headers, body: propfindBody('<D:prop><D:getetag/></D:prop>') });
  assert.deepEqual(asked, []);
});
