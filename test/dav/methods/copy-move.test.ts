import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RequestHeaders } from '../../../src/http/message.js';
import { davSite, type DavSite } from '../dav-site.js';

const both = ['COPY', 'MOVE'] as const;
/** Where from and where to: inside one share, and between two storages either way. */
const ways = [
  ['/docs', '/docs'],
  ['/docs', '/attic'],
  ['/attic', '/docs'],
  ['/attic', '/attic'],
] as const;

/** Makes `/tree` of a share: `/tree/file`, `/tree/sub` and `/tree/sub/deep`, each marked. */
async function growTree(site: DavSite, share: string): Promise<void> {
  await site.mkcol(`${share}/tree`, `${share}/tree/sub`);
  await site.put(`${share}/tree/file`, 'file');
  await site.put(`${share}/tree/sub/deep`, 'deep');
  await site.mark(`${share}/tree`, `${share}/tree/file`, `${share}/tree/sub`, `${share}/tree/sub/deep`);
}

async function assertTree(site: DavSite, root: string, markedAt: string): Promise<void> {
  assert.equal(await site.text(`${root}/file`), 'file');
  assert.equal(await site.text(`${root}/sub/deep`), 'deep');
  for (const path of ['', '/file', '/sub', '/sub/deep']) {
    assert.equal(await site.markAt(`${root}${path}`), `${markedAt}${path}`, `${root}${path}`);
  }
}

for (const method of both) {
  describe(method, () => {
    for (const [from, to] of ways) {
      test(`${from} to ${to}: a file to a new name is 201, its properties go along`, async (t) => {
        const site = await davSite(t);
        await site.put(`${from}/file`, 'text');
        await site.mark(`${from}/file`);
        const answer = await site.ask(method, `${from}/file`, { to: `${to}/n\u00e4me \u{1f600}` });
        assert.equal(answer.status, 201);
        assert.equal(answer.header('Content-Length'), '0');
        assert.equal(await site.text(`${to}/n\u00e4me \u{1f600}`), 'text');
        assert.equal(await site.markAt(`${to}/n\u00e4me \u{1f600}`), `${from}/file`);
        assert.equal(await site.text(`${from}/file`), method === 'COPY' ? 'text' : undefined);
        if (method === 'COPY') assert.equal(await site.markAt(`${from}/file`), `${from}/file`);
        await site.put(`${from}/file`, 'again');
        assert.equal(await site.markAt(`${from}/file`), method === 'COPY' ? `${from}/file` : undefined);
      });

      test(`${from} to ${to}: a tree to a new name is 201, all of it with its properties`, async (t) => {
        const site = await davSite(t);
        await growTree(site, from);
        assert.equal((await site.ask(method, `${from}/tree`, { to: `${to}/other/` })).status, 201);
        await assertTree(site, `${to}/other`, `${from}/tree`);
        if (method === 'COPY') await assertTree(site, `${from}/tree`, `${from}/tree`);
        else assert.equal(await site.kind(`${from}/tree`), undefined);
      });

      test(`${from} to ${to}: a tree over a tree is 204, and nothing of the old one stays`, async (t) => {
        const site = await davSite(t);
        await growTree(site, from);
        await site.mkcol(`${to}/other`, `${to}/other/old`);
        await site.put(`${to}/other/file`, 'old');
        await site.put(`${to}/other/old/file`, 'old');
        await site.mark(`${to}/other`, `${to}/other/file`, `${to}/other/old`, `${to}/other/old/file`);
        assert.equal((await site.ask(method, `${from}/tree`, { to: `${to}/other` })).status, 204);
        await assertTree(site, `${to}/other`, `${from}/tree`);
        assert.equal(await site.kind(`${to}/other/old`), undefined);
        await site.mkcol(`${to}/other/old`);
        assert.equal(await site.markAt(`${to}/other/old`), undefined);
      });

      test(`${from} to ${to}: a file over a file is 204, and what had the name has gone`, async (t) => {
        const site = await davSite(t);
        await site.put(`${from}/file`, 'new');
        const old = (await site.put(`${to}/other`, 'old')).header('ETag');
        await site.mark(`${to}/other`);
        assert.equal((await site.ask(method, `${from}/file`, { to: `${to}/other` })).status, 204);
        assert.equal(await site.text(`${to}/other`), 'new');
        assert.equal(await site.markAt(`${to}/other`), undefined);
        assert.notEqual((await site.property(`${to}/other`, '{DAV:}getetag'))?.text, old);
      });

      test(`${from} to ${to}: a file over a tree, and a tree over a file, are 204`, async (t) => {
        const site = await davSite(t);
        await growTree(site, from);
        await site.put(`${from}/file`, 'text');
        await site.mkcol(`${to}/folder`);
        await site.put(`${to}/folder/member`);
        await site.put(`${to}/plain`);
        assert.equal((await site.ask(method, `${from}/file`, { to: `${to}/folder` })).status, 204);
        assert.equal(await site.text(`${to}/folder`), 'text');
        assert.equal((await site.ask(method, `${from}/tree`, { to: `${to}/plain` })).status, 204);
        await assertTree(site, `${to}/plain`, `${from}/tree`);
      });

      for (const kind of ['file', 'tree']) {
        test(`${from} to ${to}: Overwrite F is 412 over a ${kind} and changes nothing`, async (t) => {
          const site = await davSite(t);
          await growTree(site, from);
          await site.mkcol(`${to}/other`);
          await site.put(`${to}/other/file`, 'kept');
          const target = kind === 'file' ? `${to}/other/file` : `${to}/other`;
          const headers = { overwrite: 'F' };
          assert.equal((await site.ask(method, `${from}/tree`, { to: target, headers })).status, 412);
          assert.equal(await site.text(`${to}/other/file`), 'kept');
          await assertTree(site, `${from}/tree`, `${from}/tree`);
          assert.equal((await site.ask(method, `${from}/tree`, { to: `${to}/new`, headers })).status, 201);
        });
      }

      test(`${from} to ${to}: without a parent for it is 409, and nothing goes`, async (t) => {
        const site = await davSite(t);
        await growTree(site, from);
        await site.put(`${to}/plain`, 'kept');
        for (const target of [`${to}/no/such`, `${to}/plain/below`]) {
          assert.equal((await site.ask(method, `${from}/tree`, { to: target })).status, 409, target);
          assert.equal((await site.ask(method, `${from}/tree/file`, { to: target })).status, 409, target);
        }
        await assertTree(site, `${from}/tree`, `${from}/tree`);
        assert.equal(await site.text(`${to}/plain`), 'kept');
      });
    }

    const refusals: readonly [string, string, string | undefined, RequestHeaders, number][] = [
      ['nothing', '/docs/missing', '/docs/new', {}, 404],
      ['without a destination', '/docs/tree', undefined, {}, 400],
      ['onto itself', '/docs/tree', '/docs/tree', {}, 403],
      ['onto itself with a slash', '/docs/tree', '/docs/tree/', {}, 403],
      ['a file onto itself', '/docs/tree/file', '/docs/tree/file', {}, 403],
      ['onto itself with Overwrite F', '/docs/tree', '/docs/tree', { overwrite: 'F' }, 403],
      ['into itself', '/docs/tree', '/docs/tree/sub/new', {}, 403],
      ['onto a member', '/docs/tree', '/docs/tree/sub', {}, 403],
      ['onto its parent', '/docs/tree/sub', '/docs/tree', {}, 403],
      ['onto an ancestor', '/docs/tree/sub/deep', '/docs/tree', {}, 403],
      ['the root into the share', '/docs', '/docs/new', {}, 403],
      ['onto the root', '/docs/tree', '/docs', {}, 403],
      ['onto the root of another share', '/docs/tree', '/attic', {}, 403],
      ['to a reserved name', '/docs/tree/file', '/docs/.davgate-x', {}, 403],
      ['to a name too long', '/docs/tree/file', `/docs/${'n'.repeat(256)}`, {}, 414],
      ['with a bad Overwrite', '/docs/tree', '/docs/new', { overwrite: 'yes' }, 400],
      ['with Depth 1', '/docs/tree', '/docs/new', { depth: '1' }, 400],
      ['with a bad Depth', '/docs/tree', '/docs/new', { depth: 'deep' }, 400],
      ['of another version', '/docs/tree/file', '/docs/new', { 'if-match': '"other"' }, 412],
    ];
    for (const [what, from, to, headers, status] of refusals) {
      test(`${what} is ${status}, and changes nothing`, async (t) => {
        const site = await davSite(t);
        await growTree(site, '/docs');
        const answer = await site.ask(method, from, { headers, ...(to === undefined ? {} : { to }) });
        assert.equal(answer.status, status);
        await assertTree(site, '/docs/tree', '/docs/tree');
        assert.equal(await site.kind('/docs/new'), undefined);
        assert.equal((await site.ask('GET', '/docs')).text, '/docs\ntree\n');
        assert.equal((await site.ask('GET', '/attic')).text, '/attic\n');
      });
    }

    test('is not misled by a neighbour whose name begins the same', async (t) => {
      const site = await davSite(t);
      await growTree(site, '/docs');
      await site.mkcol('/docs/tree2');
      assert.equal((await site.ask(method, '/docs/tree', { to: '/docs/tree2/tree' })).status, 201);
      await assertTree(site, '/docs/tree2/tree', '/docs/tree');
      assert.equal((await site.ask(method, '/docs/tree2/tree', { to: '/docs/tre' })).status, 201);
      await assertTree(site, '/docs/tre', '/docs/tree');
    });

    test('keeps every odd name on the way between two storages and back', async (t) => {
      const site = await davSite(t);
      const names = ['100%', '%41', 'a#b?c', 'a&b<c>', ' x ', '\u{1f600}', 'e\u0301', '...', '__proto__'];
      await site.mkcol('/docs/odd');
      for (const name of names) {
        await site.mkcol(`/docs/odd/${name}`);
        await site.put(`/docs/odd/${name}/${name}`, name);
        await site.mark(`/docs/odd/${name}/${name}`);
      }
      assert.equal((await site.ask(method, '/docs/odd', { to: '/attic/odd' })).status, 201);
      assert.equal((await site.ask(method, '/attic/odd', { to: '/docs/back' })).status, 201);
      for (const name of names) {
        const path = `/docs/back/${name}/${name}`;
        assert.equal(await site.text(path), name);
        assert.equal(await site.markAt(path), `/docs/odd/${name}/${name}`);
      }
    });
  });
}

describe('COPY', () => {
  test('with Depth 0 copies a collection without its members', async (t) => {
    for (const [from, to] of ways) {
      const site = await davSite(t);
      await growTree(site, from);
      await site.mkcol(`${to}/other`);
      await site.put(`${to}/other/old`);
      const asking = { to: `${to}/other`, headers: { depth: '0' } };
      assert.equal((await site.ask('COPY', `${from}/tree`, asking)).status, 204);
      assert.equal((await site.ask('GET', `${to}/other`)).text, `${to}/other\n`);
      assert.equal(await site.markAt(`${to}/other`), `${from}/tree`);
      await assertTree(site, `${from}/tree`, `${from}/tree`);
      await site.put(`${to}/other/file`);
      assert.equal(await site.markAt(`${to}/other/file`), undefined);
    }
  });

  test('with Depth 0 copies a file as ever', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file', 'text');
    await site.mark('/docs/file');
    const answer = await site.ask('COPY', '/docs/file', { to: '/docs/copy', headers: { depth: '0' } });
    assert.equal(answer.status, 201);
    assert.equal(await site.text('/docs/copy'), 'text');
    assert.equal(await site.markAt('/docs/copy'), '/docs/file');
  });

  test('of a whole share into another takes all of it', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    assert.equal((await site.ask('COPY', '/docs', { to: '/attic/docs' })).status, 201);
    await assertTree(site, '/attic/docs/tree', '/docs/tree');
  });

  test('of a large file between storages brings every byte', async (t) => {
    const site = await davSite(t);
    const body = Buffer.alloc(3_000_000, 'abcdefg');
    await site.put('/docs/large', body);
    assert.equal((await site.ask('COPY', '/docs/large', { to: '/attic/large' })).status, 201);
    assert.equal((await site.ask('COPY', '/attic/large', { to: '/docs/back' })).status, 201);
    assert.equal(await site.text('/docs/back'), body.toString());
  });

  test('of an empty file between storages makes an empty file', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/empty', '');
    assert.equal((await site.ask('COPY', '/docs/empty', { to: '/attic/empty' })).status, 201);
    assert.equal((await site.ask('COPY', '/attic/empty', { to: '/docs/back' })).status, 201);
    assert.equal(await site.text('/docs/back'), '');
  });
});

describe('MOVE', () => {
  test('takes a collection with Depth infinity only', async (t) => {
    const site = await davSite(t);
    await growTree(site, '/docs');
    const move = (depth: string) => site.ask('MOVE', '/docs/tree', { to: '/docs/new', headers: { depth } });
    assert.equal((await move('0')).status, 400);
    await assertTree(site, '/docs/tree', '/docs/tree');
    assert.equal((await move('infinity')).status, 201);
    await assertTree(site, '/docs/new', '/docs/tree');
  });

  test('of a whole share is 403, and takes nothing from it', async (t) => {
    for (const [from, to] of [
      ['/docs', '/attic'],
      ['/attic', '/docs'],
    ] as const) {
      const site = await davSite(t);
      await growTree(site, from);
      assert.equal((await site.ask('MOVE', from, { to: `${to}/new` })).status, 403);
      await assertTree(site, `${from}/tree`, `${from}/tree`);
      assert.equal(await site.kind(`${to}/new`), undefined);
    }
  });

  test('member by member, where storage cannot rename, comes to the same', async (t) => {
    const site = await davSite(t);
    site.docs.cannotRename = true;
    await growTree(site, '/docs');
    assert.equal((await site.ask('MOVE', '/docs/tree', { to: '/docs/new' })).status, 201);
    await assertTree(site, '/docs/new', '/docs/tree');
    assert.equal(await site.kind('/docs/tree'), undefined);
  });
});
