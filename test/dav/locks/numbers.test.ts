import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { davSite } from '../dav-site.js';
import { askLock, locksAt, takeLock } from '../locking.js';

describe('locks are so many at most', () => {
  test('that cover a resource: sixteen, wherever they are rooted', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/a', '/docs/a/b');
    await site.put('/docs/a/b/file');
    const shared = { scope: 'shared', depth: 'infinity' } as const;
    const targets = ['/docs/a', '/docs/a/b', '/docs/a/b/file'];
    for (let lock = 0; lock < 16; lock += 1) {
      await takeLock(site, targets[lock % 3] ?? '', { ...shared, as: `user${lock}` });
    }
    for (const target of targets) {
      const answer = await askLock(site, target, shared);
      assert.deepEqual([answer.status, answer.condition], [423, 'no-conflicting-lock'], target);
    }
    await takeLock(site, '/docs/a', { scope: 'shared', depth: '0' });
    await site.put('/docs/other');
    await takeLock(site, '/docs/other', shared);
    assert.equal((await locksAt(site, '/docs/a/b/file')).length, 16);
  });

  test('of all users together, and again when one is given up', async (t) => {
    const site = await davSite(t);
    site.lockLimits = { ...site.lockLimits, inAll: 2 };
    for (const name of ['a', 'b', 'c']) await site.put(`/docs/${name}`);
    const token = await takeLock(site, '/docs/a');
    await takeLock(site, '/docs/b', { as: 'bob' });
    const refused = await askLock(site, '/docs/c', { as: 'carol' });
    assert.deepEqual([refused.status, refused.header('Retry-After')], [503, '60']);
    await site.ask('UNLOCK', '/docs/a', { headers: { 'lock-token': `<${token}>` } });
    await takeLock(site, '/docs/c', { as: 'carol' });
  });
});
