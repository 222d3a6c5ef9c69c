import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rootPath } from '../../../src/http/target.js';
import { openBody, taken } from '../../contracts/bodies.js';
import { davSite, propertyUpdate, type Asking, type DavSite } from '../dav-site.js';
import { askLock, locksAt, takeLock, type Taking } from '../locking.js';

const setProperty = propertyUpdate('<D:set><D:prop><p xmlns="x:">1</p></D:prop></D:set>');

/** /docs/folder with file, sub and sub/deep; /docs/other with other/file. */
async function furnished(site: DavSite): Promise<void> {
  await site.mkcol('/docs/folder', '/docs/folder/sub', '/docs/other');
  for (const file of ['/docs/folder/file', '/docs/folder/sub/deep', '/docs/other/file']) {
    await site.put(file, file);
  }
}

type Change = readonly [method: string, target: string, asking?: Omit<Asking, 'headers' | 'as'>];

/** A lock, a change, and what the change comes to without the token. */
type Case = readonly [lock: string, depth: '0' | 'infinity', change: Change, status: 423 | 207 | 'free'];

const put = (target: string): Change => ['PUT', target, { body: 'new' }];
const proppatch = (target: string): Change => ['PROPPATCH', target, { body: setProperty }];

const cases: readonly Case[] = [
  // the resource itself
  ['/docs/folder/file', '0', put('/docs/folder/file'), 423],
  ['/docs/folder/file', 'infinity', put('/docs/folder/file'), 423],
  ['/docs/folder/file', '0', proppatch('/docs/folder/file'), 423],
  ['/docs/folder/file', '0', ['DELETE', '/docs/folder/file'], 423],
  ['/docs/folder/file', '0', ['MOVE', '/docs/folder/file', { to: '/docs/new' }], 423],
  ['/docs/folder/file', '0', ['COPY', '/docs/folder/file', { to: '/docs/new' }], 'free'],
  ['/docs/folder/file', '0', ['COPY', '/docs/other/file', { to: '/docs/folder/file' }], 423],
  ['/docs/folder/file', '0', ['MOVE', '/docs/other/file', { to: '/docs/folder/file' }], 423],
  ['/docs/folder/file', '0', ['GET', '/docs/folder/file'], 'free'],
  ['/docs/folder/file', '0', put('/docs/folder/new'), 'free'],
  ['/docs/folder/file', '0', proppatch('/docs/folder'), 'free'],
  // a collection's own lock guards what its members are, not what is in them
  ['/docs/folder', '0', proppatch('/docs/folder'), 423],
  ['/docs/folder', '0', put('/docs/folder/new'), 423],
  ['/docs/folder', '0', ['MKCOL', '/docs/folder/new'], 423],
  ['/docs/folder', '0', ['LOCK', '/docs/folder/new'], 423],
  ['/docs/folder', '0', ['DELETE', '/docs/folder/file'], 423],
  ['/docs/folder', '0', ['MOVE', '/docs/folder/file', { to: '/docs/folder/new' }], 423],
  ['/docs/folder', '0', ['MOVE', '/docs/folder/file', { to: '/docs/new' }], 423],
  ['/docs/folder', '0', ['MOVE', '/docs/other/file', { to: '/docs/folder/new' }], 423],
  ['/docs/folder', '0', ['COPY', '/docs/other/file', { to: '/docs/folder/new' }], 423],
  ['/docs/folder', '0', ['COPY', '/docs/other/file', { to: '/docs/folder/file' }], 423],
  ['/docs/folder', '0', put('/docs/folder/file'), 'free'],
  ['/docs/folder', '0', proppatch('/docs/folder/file'), 'free'],
  ['/docs/folder', '0', put('/docs/folder/sub/new'), 'free'],
  ['/docs/folder', '0', ['COPY', '/docs/folder', { to: '/docs/new' }], 'free'],
  ['/docs/folder', '0', put('/docs/new'), 'free'],
  // a lock above
  ['/docs/folder', 'infinity', put('/docs/folder/file'), 423],
  ['/docs/folder', 'infinity', put('/docs/folder/sub/new'), 423],
  ['/docs/folder', 'infinity', proppatch('/docs/folder/sub/deep'), 423],
  ['/docs/folder', 'infinity', ['MKCOL', '/docs/folder/sub/new'], 423],
  ['/docs/folder', 'infinity', ['DELETE', '/docs/folder/sub'], 423],
  ['/docs/folder', 'infinity', ['MOVE', '/docs/other', { to: '/docs/folder/sub/new' }], 423],
  ['/docs', 'infinity', put('/docs/folder/file'), 423],
  // locks below
  ['/docs/folder/sub/deep', '0', ['DELETE', '/docs/folder'], 207],
  ['/docs/folder/sub/deep', '0', ['MOVE', '/docs/folder', { to: '/docs/new' }], 207],
  ['/docs/folder/sub/deep', '0', ['MOVE', '/docs/other', { to: '/docs/folder' }], 207],
  ['/docs/folder/sub/deep', '0', ['COPY', '/docs/other', { to: '/docs/folder' }], 207],
  ['/docs/folder/sub/deep', '0', ['COPY', '/docs/folder', { to: '/docs/new' }], 'free'],
  ['/docs/folder/sub', 'infinity', ['DELETE', '/docs/folder'], 207],
];

async function change(site: DavSite, [method, target, asking]: Change, as: string, field?: string) {
  const headers = field === undefined ? {} : { if: field };
  if (method === 'LOCK') return askLock(site, target, { headers, as });
  return site.ask(method, target, { ...asking, headers, as });
}

/** Everything in the share, to see that nothing has changed. */
async function contents(site: DavSite): Promise<string> {
  const paths = ['/docs/folder/file', '/docs/folder/sub/deep', '/docs/other/file', '/docs/new'];
  const news = ['/docs/folder/new', '/docs/folder/sub/new'];
  const texts = await Promise.all(paths.map((path) => site.text(path)));
  const kinds = await Promise.all(news.map((path) => site.kind(path)));
  return JSON.stringify([texts, kinds]);
}

describe('what is locked', () => {
  for (const [lock, depth, what, status] of cases) {
    const [method, target, asking] = what;
    const name = `${method} ${target}${asking?.to === undefined ? '' : ` to ${asking.to}`}`;
    test(`${lock} with depth ${depth}: ${name} is ${status}, and goes with the token`, async (t) => {
      const site = await davSite(t);
      await furnished(site);
      const token = await takeLock(site, lock, { depth });
      const href = `${lock}${(await site.kind(lock)) === 'collection' ? '/' : ''}`;
      const before = await contents(site);
      if (status !== 'free') {
        // A token that leaked is of no use to another user, nor a lock of his own elsewhere.
        const fields = [undefined, '(<urn:uuid:0>) (Not <DAV:no-lock>)'];
        for (const [as, field] of [
          ...fields.map((one) => ['alice', one]),
          ['bob', `<${lock}> (<${token}>)`],
        ]) {
          const answer = await change(site, what, as ?? '', field);
          assert.equal(answer.status, status);
          if (status === 423) {
            assert.deepEqual([answer.condition, answer.hrefs], ['lock-token-submitted', [href]]);
          } else {
            const members = answer.members().map((member) => [member.href, member.status, member.condition]);
            assert.deepEqual(members, [[href, 423, '{DAV:}lock-token-submitted']]);
          }
          assert.equal(await contents(site), before);
          assert.equal((await site.locks.below(rootPath)).length, 1);
        }
      } else assert.ok((await change(site, what, 'bob')).status < 300);
      if (method === 'LOCK') return;
      const withToken = await change(site, what, 'alice', `<${lock}> (<${token}>)`);
      assert.ok(withToken.status < 300, String(withToken.status));
    });
  }

  test('by a shared lock may be changed by any of its holders, and by nobody else', async (t) => {
    const site = await davSite(t);
    await furnished(site);
    const sharing: Taking = { scope: 'shared', depth: '0' };
    const mine = await takeLock(site, '/docs/folder/file', sharing);
    const theirs = await takeLock(site, '/docs/folder/file', { ...sharing, as: 'bob' });
    const answers = [
      await change(site, put('/docs/folder/file'), 'alice', `(<${mine}>)`),
      await change(site, put('/docs/folder/file'), 'bob', `(<${theirs}>)`),
      await change(site, put('/docs/folder/file'), 'bob', `(<${mine}>)`),
      await change(site, put('/docs/folder/file'), 'carol', `(<${mine}> <${theirs}>)`),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [204, 204, 423, 423],
    );
  });

  test('by several needs the token of each', async (t) => {
    const site = await davSite(t);
    await furnished(site);
    const one = await takeLock(site, '/docs/folder/file');
    const two = await takeLock(site, '/docs/folder/sub/deep');
    const only = await site.ask('DELETE', '/docs/folder', {
      headers: { if: `</docs/folder/file> (<${one}>)` },
    });
    assert.deepEqual(
      only.members().map(({ href }) => href),
      ['/docs/folder/sub/deep'],
    );
    const both = `</docs/folder/file> (<${one}>) </docs/folder/sub/deep> (<${two}>)`;
    assert.equal((await site.ask('DELETE', '/docs/folder', { headers: { if: both } })).status, 204);
  });
});

describe('locks', () => {
  test('die with what they locked', async (t) => {
    const site = await davSite(t);
    await furnished(site);
    const token = await takeLock(site, '/docs/folder/file');
    await site.ask('DELETE', '/docs/folder/file', { headers: { if: `(<${token}>)` } });
    await site.put('/docs/folder/file');
    assert.deepEqual(await locksAt(site, '/docs/folder/file'), []);
    assert.equal((await change(site, put('/docs/folder/file'), 'bob')).status, 204);
  });

  for (const renaming of [true, false]) {
    test(`stay behind when their resource moves${renaming ? '' : ' by a copy'}`, async (t) => {
      const site = await davSite(t);
      site.docs.cannotRename = !renaming;
      await furnished(site);
      const token = await takeLock(site, '/docs/folder/sub');
      const headers = { if: `</docs/folder/sub> (<${token}>)` };
      assert.equal((await site.ask('MOVE', '/docs/folder', { to: '/docs/new', headers })).status, 201);
      assert.deepEqual(await site.locks.below(rootPath), []);
    });
  }

  test('at a destination stay, those of its members go with them', async (t) => {
    for (const method of ['COPY', 'MOVE']) {
      const site = await davSite(t);
      await furnished(site);
      const outer = await takeLock(site, '/docs/folder', { depth: '0' });
      const inner = await takeLock(site, '/docs/folder/sub/deep');
      const headers = { if: `</docs/folder> (<${outer}>) </docs/folder/sub/deep> (<${inner}>)` };
      assert.equal((await site.ask(method, '/docs/other', { to: '/docs/folder', headers })).status, 204);
      assert.deepEqual(
        (await site.locks.below(rootPath)).map(({ token }) => token),
        [outer],
      );
    }
  });

  test('are not copied, but take in what is copied into them', async (t) => {
    const site = await davSite(t);
    await furnished(site);
    await takeLock(site, '/docs/other/file');
    await site.ask('COPY', '/docs/other/file', { to: '/docs/copy' });
    assert.deepEqual(await locksAt(site, '/docs/copy'), []);
    const token = await takeLock(site, '/docs/folder');
    const headers = { if: `</docs/folder/> (<${token}>)` };
    await site.ask('COPY', '/docs/other/file', { to: '/docs/folder/copy', headers });
    assert.equal((await locksAt(site, '/docs/folder/copy'))[0]?.token, token);
  });

  test('of members that a DELETE took, though not all went, are gone', async (t) => {
    const site = await davSite(t);
    await furnished(site);
    const gone = await takeLock(site, '/docs/folder/file');
    const left = await takeLock(site, '/docs/folder/sub/deep');
    site.docs.refuse('remove', '/folder/sub/deep');
    const headers = { if: `</docs/folder/file> (<${gone}>) </docs/folder/sub/deep> (<${left}>)` };
    assert.equal((await site.ask('DELETE', '/docs/folder', { headers })).status, 207);
    assert.deepEqual(
      (await site.locks.below(rootPath)).map(({ token }) => token),
      [left],
    );
  });
});

describe('a lock that is taken while a PUT is under way', () => {
  for (const share of ['/docs', '/attic']) {
    test(`by another user keeps the old file in ${share}`, async (t) => {
      const site = await davSite(t);
      await site.put(`${share}/file`, 'old');
      const body = openBody();
      const slow = site.ask('PUT', `${share}/file`, { body, as: 'bob' });
      body.push('bob\u2019s');
      const token = await takeLock(site, `${share}/file`);
      body.push(null);
      assert.equal((await slow).status, 423);
      assert.equal(await site.text(`${share}/file`), 'old');
      assert.equal((await locksAt(site, `${share}/file`))[0]?.token, token);
    });

    test(`where nothing was keeps the locked empty file in ${share}`, async (t) => {
      const site = await davSite(t);
      const body = openBody();
      const slow = site.ask('PUT', `${share}/new`, { body, as: 'bob' });
      body.push('bob\u2019s');
      await takeLock(site, `${share}/new`);
      body.push(null);
      assert.equal((await slow).status, 423);
      assert.equal(await site.text(`${share}/new`), '');
    });
  }

  test('and one that ends meanwhile costs the client nothing', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file', 'old');
    const token = await takeLock(site, '/docs/file');
    const body = openBody();
    const slow = site.ask('PUT', '/docs/file', { body, headers: { if: `(<${token}>)` } });
    body.push('new');
    await taken(body);
    site.clock.now += 7_200_000;
    body.push(null);
    assert.equal((await slow).status, 204);
    assert.equal(await site.text('/docs/file'), 'new');
  });

  test('nor does a file that changes under an entity tag in If go unnoticed', async (t) => {
    for (const share of ['/docs', '/attic']) {
      const site = await davSite(t);
      const etag = (await site.put(`${share}/file`, 'old')).header('ETag') ?? '';
      const body = openBody();
      const slow = site.ask('PUT', `${share}/file`, { body, headers: { if: `([${etag}])` } });
      body.push('mine');
      await site.put(`${share}/file`, 'theirs');
      body.push(null);
      assert.equal((await slow).status, 412);
      assert.equal(await site.text(`${share}/file`), 'theirs');
    }
  });
});
