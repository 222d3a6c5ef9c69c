import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Refusing } from './refusing.js';
import { davSite, type Answer, type DavSite } from './dav-site.js';

/** Two members of three in a collection, the third in the middle of another. */
async function growTree(site: DavSite, share: string): Promise<void> {
  await site.mkcol(`${share}/tree`, `${share}/tree/sub`);
  for (const path of ['tree/one', 'tree/sub/odd & one', 'tree/sub/two']) {
    await site.put(`${share}/${path}`, path);
    await site.mark(`${share}/${path}`);
  }
}

function statuses(answer: Answer): Record<string, number | undefined> {
  return Object.fromEntries(answer.members().map(({ href, status }) => [href, status]));
}

async function assertWhole(site: DavSite, tree: string): Promise<void> {
  for (const path of ['one', 'sub/odd & one', 'sub/two']) {
    assert.equal(await site.text(`${tree}/${path}`), `tree/${path}`, path);
    assert.notEqual(await site.markAt(`${tree}/${path}`), undefined, path);
  }
}

describe('DELETE of a tree of which one member cannot go', () => {
  test('is 207 that names that member alone; it and what it lies in stay, all else goes', async (t) => {
    for (const share of ['/docs', '/attic'] as const) {
      const site = await davSite(t);
      await growTree(site, share);
      (share === '/docs' ? site.docs : site.attic).refuse('remove', '/tree/sub/odd & one');
      const answer = await site.ask('DELETE', `${share}/tree`);
      assert.deepEqual(statuses(answer), { [`${share}/tree/sub/odd%20%26%20one`]: 403 });
      assert.equal(await site.text(`${share}/tree/sub/odd & one`), 'tree/sub/odd & one');
      assert.equal(await site.markAt(`${share}/tree/sub/odd & one`), `${share}/tree/sub/odd & one`);
      assert.equal(await site.kind(`${share}/tree/one`), undefined);
      assert.equal(await site.kind(`${share}/tree/sub/two`), undefined);
      await site.put(`${share}/tree/one`, 'new');
      assert.equal(await site.markAt(`${share}/tree/one`), undefined);
    }
  });

  test('names a collection with its slash', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    site.docs.refuse('remove', '/tree/sub');
    assert.deepEqual(statuses(await site.ask('DELETE', '/docs/tree')), { '/docs/tree/sub/': 403 });
    assert.equal(await site.kind('/docs/tree/sub'), 'collection');
  });

  test('is that failure itself where the collection cannot go, and then nothing goes', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    site.docs.refuse('remove', '/tree');
    assert.equal((await site.ask('DELETE', '/docs/tree')).status, 403);
    await assertWhole(site, '/docs/tree');
  });

  test('can be finished later', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    site.docs.refuse('remove', '/tree/sub/two');
    assert.equal((await site.ask('DELETE', '/docs/tree')).status, 207);
    site.docs.relent();
    assert.equal((await site.ask('DELETE', '/docs/tree')).status, 204);
    assert.equal(await site.kind('/docs/tree'), undefined);
  });
});

describe('COPY of a tree of which one member cannot be read', () => {
  for (const to of ['/docs', '/attic'] as const) {
    test(`to ${to} is 207 that names it; the rest is copied, the source is whole`, async (t) => {
      const site = await davSite(t);
      await growTree(site, '/docs');
      site.docs.refuse(to === '/docs' ? 'copyFile' : 'open', '/tree/sub/odd & one');
      const answer = await site.ask('COPY', '/docs/tree', { to: `${to}/new` });
      assert.deepEqual(statuses(answer), { '/docs/tree/sub/odd%20%26%20one': 403 });
      assert.equal(await site.text(`${to}/new/one`), 'tree/one');
      assert.equal(await site.text(`${to}/new/sub/two`), 'tree/sub/two');
      assert.equal(await site.markAt(`${to}/new/one`), '/docs/tree/one');
      assert.equal(await site.kind(`${to}/new/sub/odd & one`), undefined);
      site.docs.relent();
      await assertWhole(site, '/docs/tree');
      await site.put(`${to}/new/sub/odd & one`);
      assert.equal(await site.markAt(`${to}/new/sub/odd & one`), undefined);
    });
  }

  test('leaves out what lies below a collection that cannot be made, and names only that', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    site.docs.refuse('makeCollection', '/new/sub');
    const answer = await site.ask('COPY', '/docs/tree', { to: '/docs/new' });
    assert.deepEqual(statuses(answer), { '/docs/tree/sub/': 403 });
    assert.equal(await site.text('/docs/new/one'), 'tree/one');
  });

  test('is that failure itself where nothing of it can be copied', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    site.docs.refuse('makeCollection', '/new');
    assert.equal((await site.ask('COPY', '/docs/tree', { to: '/docs/new' })).status, 403);
    site.docs.refuse('copyFile', '/tree/one');
    assert.equal((await site.ask('COPY', '/docs/tree/one', { to: '/docs/one' })).status, 403);
    assert.equal(await site.kind('/docs/new'), undefined);
    assert.equal(await site.kind('/docs/one'), undefined);
  });

  test('copies nothing where what is in the way cannot go', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    await site.mkcol('/docs/old');
    await site.put('/docs/old/file', 'old');
    site.docs.cannotSetAside = true;
    site.docs.refuse('remove', '/old/file');
    const answer = await site.ask('COPY', '/docs/tree', { to: '/docs/old' });
    assert.deepEqual(statuses(answer), { '/docs/old/file': 403 });
    assert.equal((await site.ask('GET', '/docs/old')).text, '/docs/old\nfile\n');
    await assertWhole(site, '/docs/tree');
  });
});

describe('MOVE of a tree of which one member cannot', () => {
  test('be read is 207, and all of the source stays', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    site.docs.refuse('open', '/tree/sub/odd & one');
    const answer = await site.ask('MOVE', '/docs/tree', { to: '/attic/new' });
    assert.deepEqual(statuses(answer), { '/docs/tree/sub/odd%20%26%20one': 403 });
    site.docs.relent();
    await assertWhole(site, '/docs/tree');
  });

  test('be written is 207, and all of the source stays', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    site.attic.refuse('write', '/new/sub/two');
    const answer = await site.ask('MOVE', '/docs/tree', { to: '/attic/new' });
    assert.deepEqual(statuses(answer), { '/docs/tree/sub/two': 403 });
    await assertWhole(site, '/docs/tree');
  });

  test('be removed is 207, and all of it is at the destination', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    site.docs.refuse('remove', '/tree/sub/two');
    const answer = await site.ask('MOVE', '/docs/tree', { to: '/attic/new' });
    assert.deepEqual(statuses(answer), { '/docs/tree/sub/two': 403 });
    await assertWhole(site, '/attic/new');
    assert.equal(await site.text('/docs/tree/sub/two'), 'tree/sub/two');
    assert.equal(await site.markAt('/docs/tree/sub/two'), '/docs/tree/sub/two');
  });

  test('make way at the destination is 207, and all of the source stays', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    await site.mkcol('/docs/old');
    await site.put('/docs/old/file', 'old');
    site.docs.cannotSetAside = true;
    site.docs.refuse('remove', '/old/file');
    const answer = await site.ask('MOVE', '/docs/tree', { to: '/docs/old' });
    assert.deepEqual(statuses(answer), { '/docs/old/file': 403 });
    await assertWhole(site, '/docs/tree');
    assert.equal(await site.text('/docs/old/file'), 'old');
  });
});

describe('what is replaced comes back', () => {
  const cases: readonly [method: string, refused: Parameters<Refusing['refuse']>][] = [
    ['COPY', ['copyFile', '/tree/a']],
    ['COPY', ['makeCollection', '/old']],
    ['MOVE', ['copyFile', '/tree/a']],
  ];
  for (const [method, [operation, path]] of cases) {
    test(`when a ${method} over it fails at ${operation} ${path}`, async (t) => {
      const site = await davSite(t);
      site.docs.cannotRename = true;
      await site.mkcol('/docs/tree');
      await site.put('/docs/tree/a', 'new');
      await site.mkcol('/docs/old');
      await site.put('/docs/old/file', 'old');
      site.docs.refuse(operation, path);
      const { status } = await site.ask(method, '/docs/tree', { to: '/docs/old' });
      assert.ok(status === 207 || status === 403, String(status));
      assert.equal(await site.text('/docs/old/file'), 'old');
      assert.equal(await site.kind('/docs/old/a'), undefined);
      assert.equal(await site.text('/docs/tree/a'), 'new');
      assert.deepEqual(site.hidden(), []);
    });
  }

  test('and goes when all has worked', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/tree');
    await site.put('/docs/tree/a', 'new');
    await site.mkcol('/docs/old');
    await site.put('/docs/old/file', 'old');
    assert.equal((await site.ask('MOVE', '/docs/tree', { to: '/docs/old' })).status, 204);
    assert.equal(await site.kind('/docs/old/file'), undefined);
    assert.equal(await site.text('/docs/old/a'), 'new');
    assert.deepEqual(site.hidden(), []);
  });
});

describe('a tree of which very much fails', () => {
  test('is left after 1,000 failures, and the answer says so', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/tree');
    for (let index = 0; index < 1200; index += 1) {
      writeFileSync(join(site.folder, `tree/${index}`), '');
      site.docs.refuse('remove', `/tree/${index}`);
      site.docs.refuse('copyFile', `/tree/${index}`);
    }
    for (const [method, asking] of [
      ['DELETE', {}],
      ['COPY', { to: '/docs/copy' }],
    ] as const) {
      const answer = await site.ask(method, '/docs/tree', asking);
      const members = answer.members();
      assert.equal(members.length, 1001);
      assert.equal(members.filter(({ status }) => status === 403).length, 1000);
      assert.deepEqual([members.at(-1)?.href, members.at(-1)?.status], ['/docs/tree/', 424]);
      assert.equal(readdirSync(join(site.folder, 'tree')).length, 1200);
    }
  });
});

describe('when the client goes away in the middle', () => {
  async function siteWithMany(t: TestContext): Promise<DavSite> {
    const site = await davSite(t);
    await site.mkcol('/docs/tree');
    for (let index = 0; index < 500; index += 1) writeFileSync(join(site.folder, `tree/${index}`), '');
    return site;
  }

  test('DELETE stops', async (t) => {
    const site = await siteWithMany(t);
    const client = new AbortController();
    const asked = site.ask('DELETE', '/docs/tree', { signal: client.signal });
    client.abort();
    assert.equal((await asked).status, 400);
    const left = readdirSync(join(site.folder, 'tree')).length;
    assert.ok(left > 0 && left <= 500, String(left));
  });

  test('COPY stops, and what it would have replaced is back', async (t) => {
    const site = await siteWithMany(t);
    await site.mkcol('/docs/copy');
    await site.put('/docs/copy/old', 'old');
    const client = new AbortController();
    const asked = site.ask('COPY', '/docs/tree', { to: '/docs/copy', signal: client.signal });
    client.abort();
    assert.equal((await asked).status, 400);
    assert.deepEqual(readdirSync(join(site.folder, 'copy')), ['old']);
    assert.equal(await site.text('/docs/copy/old'), 'old');
    assert.deepEqual(site.hidden(), []);
  });
});
