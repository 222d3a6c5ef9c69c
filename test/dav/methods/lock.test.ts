import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { RequestHeaders } from '../../../src/http/message.js';
import { rootPath } from '../../../src/http/target.js';
import { openBody } from '../../contracts/bodies.js';
import { davSite } from '../dav-site.js';
import { askLock, lockInfo, locksAt, locksIn, takeLock } from '../locking.js';

describe('LOCK', () => {
  test('gives a lock with 200, its token, and what it is', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    const answer = await askLock(site, '/docs/file', { depth: '0', headers: { timeout: 'Second-600' } });
    assert.equal(answer.status, 200);
    assert.match(answer.header('Content-Type') ?? '', /^application\/xml; charset=utf-8$/);
    assert.equal(answer.header('Content-Length'), String(Buffer.byteLength(answer.text)));
    const token = /^<(urn:uuid:[^>]+)>$/.exec(answer.header('Lock-Token') ?? '')?.[1];
    assert.deepEqual(locksIn(answer), [
      {
        scope: 'exclusive',
        depth: '0',
        owner: undefined,
        timeout: 'Second-600',
        token,
        root: '/docs/file',
      },
    ]);
    assert.deepEqual(await locksAt(site, '/docs/file'), locksIn(answer));
  });

  test('from Windows comes without Depth, which means infinity', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/folder');
    const [lock] = locksIn(await askLock(site, '/docs/folder'));
    assert.deepEqual([lock?.depth, lock?.root], ['infinity', '/docs/folder/']);
  });

  test('keeps the owner as it was sent', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    const owner =
      '<D:owner xml:lang="de"><x:person xmlns:x="urn:x" x:id="&quot;1&quot;">J\u00fcrgen &amp; <b xmlns="">co</b></x:person></D:owner>';
    const answer = await site.ask('LOCK', '/docs/file', { body: lockInfo('shared', owner) });
    const [lock] = locksIn(answer);
    assert.deepEqual(lock?.owner?.attributes, { '{http://www.w3.org/XML/1998/namespace}lang': 'de' });
    const [person] = lock.owner.elements;
    assert.deepEqual(
      [person?.name, person?.attributes, person?.text, person?.elements[0]?.name],
      ['{urn:x}person', { '{urn:x}id': '"1"' }, 'J\u00fcrgen & ', '{}b'],
    );
    assert.deepEqual((await locksAt(site, '/docs/file'))[0]?.owner, lock.owner);
  });

  test('grants no more time than the server allows', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    for (const [asked, granted] of [
      [undefined, 3600],
      ['Infinite, Second-4100000000', 3600],
      ['Second-600', 600],
      ['Second-1', 30],
    ] as const) {
      const headers = asked === undefined ? {} : { timeout: asked };
      const answer = await askLock(site, '/docs/file', { headers, scope: 'shared' });
      assert.equal(locksIn(answer).at(-1)?.timeout ?? '', `Second-${granted}`, asked);
      const token = answer.header('Lock-Token') ?? '';
      await site.ask('UNLOCK', '/docs/file', { headers: { 'lock-token': token } });
    }
  });

  test('ends when its time is over', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file', 'old');
    await takeLock(site, '/docs/file', { headers: { timeout: 'Second-60' } });
    site.clock.now += 59_001;
    assert.equal((await locksAt(site, '/docs/file'))[0]?.timeout, 'Second-1');
    assert.equal((await site.ask('PUT', '/docs/file', { body: 'x', as: 'bob' })).status, 423);
    site.clock.now += 999;
    assert.deepEqual(await locksAt(site, '/docs/file'), []);
    assert.equal((await site.ask('PUT', '/docs/file', { body: 'x', as: 'bob' })).status, 204);
    assert.equal((await askLock(site, '/docs/file', { as: 'bob' })).status, 200);
  });

  test('gives a user no more locks than the limit', async (t) => {
    const site = await davSite(t);
    site.lockLimits = { ...site.lockLimits, perUser: 2 };
    for (const name of ['a', 'b', 'c']) await site.put(`/docs/${name}`);
    await takeLock(site, '/docs/a');
    await takeLock(site, '/docs/b');
    assert.equal((await askLock(site, '/docs/c')).kind, 'forbidden');
    assert.equal((await askLock(site, '/docs/new')).kind, 'forbidden');
    assert.equal(await site.kind('/docs/new'), undefined);
    assert.equal((await askLock(site, '/docs/c', { as: 'bob' })).status, 200);
  });

  test('may be taken on the root of a share', async (t) => {
    const site = await davSite(t);
    await takeLock(site, '/docs/');
    assert.equal((await site.ask('PUT', '/docs/file', { body: 'x' })).status, 423);
    await takeLock(site, '/attic', { as: 'bob' });
  });

  const refusals: readonly [string, RequestHeaders, string, number][] = [
    ['with Depth 1', { depth: '1' }, lockInfo(), 400],
    ['without body and If', {}, '', 400],
    ['with another body', {}, '<D:propfind xmlns:D="DAV:"/>', 400],
    ['with a body that is no XML', {}, 'lock', 400],
    ['with an odd scope', {}, lockInfo('partial'), 400],
    ['with a malformed If', { if: '(' }, lockInfo(), 400],
    ['with an If that is false', { if: '(["other"])' }, lockInfo(), 412],
    ['with If-None-Match: * where a file is', { 'if-none-match': '*' }, lockInfo(), 412],
    ['with If-Match of another file', { 'if-match': '"other"' }, lockInfo(), 412],
    ['of another type', {}, lockInfo().replace('<D:write/>', '<D:read/>'), 422],
    ['with an owner over a kilobyte', {}, lockInfo('shared', `<D:owner>${'x'.repeat(1025)}</D:owner>`), 413],
    ['with an owner without end', {}, lockInfo('shared', `<D:owner>${'x'.repeat(5000)}</D:owner>`), 413],
  ];
  for (const [what, headers, body, status] of refusals) {
    test(`${what} is ${status} and locks nothing`, async (t) => {
      const site = await davSite(t);
      await site.put('/docs/file');
      assert.equal((await site.ask('LOCK', '/docs/file', { headers, body })).status, status);
      assert.deepEqual(await locksAt(site, '/docs/file'), []);
    });
  }
});

describe('LOCK where nothing is', () => {
  for (const share of ['/docs', '/attic']) {
    test(`makes an empty file with 201 in ${share}, and nobody else can fill it`, async (t) => {
      const site = await davSite(t);
      const answer = await askLock(site, `${share}/new`, { headers: { 'if-none-match': '*' } });
      assert.equal(answer.status, 201);
      assert.equal(await site.text(`${share}/new`), '');
      assert.equal(locksIn(answer)[0]?.root, `${share}/new`);
      assert.equal((await site.ask('PUT', `${share}/new`, { as: 'bob', body: 'x' })).status, 423);
      const token = answer.header('Lock-Token') ?? '';
      const put = await site.ask('PUT', `${share}/new`, { headers: { if: `(${token})` }, body: 'mine' });
      assert.equal(put.status, 204);
    });
  }

  test('takes over no properties of a file that another program removed', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    await site.mark('/docs/file');
    rmSync(`${site.folder}/file`);
    await takeLock(site, '/docs/file');
    assert.equal(await site.markAt('/docs/file'), undefined);
  });

  for (const [what, path, status] of [
    ['whose parent is missing', '/docs/no/file', 409],
    ['whose parent is a file', '/docs/file/below', 409],
    ['with a slash', '/docs/new/', 405],
    ['of a reserved name', '/docs/.davgate-x', 403],
    ['of a name too long', `/docs/${'n'.repeat(256)}`, 414],
  ] as const) {
    test(`${what} is ${status} and locks nothing`, async (t) => {
      const site = await davSite(t);
      await site.put('/docs/file');
      assert.equal((await askLock(site, path)).status, status);
      assert.deepEqual(await site.locks.below(rootPath), []);
    });
  }
});

describe('LOCK beside another', () => {
  test('shared ones stand together, and each is shown', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    const mine = await takeLock(site, '/docs/file', { scope: 'shared' });
    const theirs = await takeLock(site, '/docs/file', { scope: 'shared', as: 'bob' });
    assert.notEqual(mine, theirs);
    const tokens = async (as: string) => (await locksAt(site, '/docs/file', as)).map(({ token }) => token);
    assert.deepEqual((await tokens('alice')).sort(), [mine, undefined].sort());
    assert.deepEqual((await tokens('bob')).sort(), [theirs, undefined].sort());
    assert.deepEqual(await tokens('carol'), [undefined, undefined]);
  });

  test('in the way is 423 that names its root', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/a b');
    await site.put('/docs/a b/file');
    await takeLock(site, '/docs/a b');
    for (const [path, scope] of [
      ['/docs/a b', 'exclusive'],
      ['/docs/a b/file', 'shared'],
      ['/docs/a b/new', 'exclusive'],
    ] as const) {
      for (const as of ['alice', 'bob']) {
        const answer = await askLock(site, path, { scope, as });
        const { status, condition, hrefs } = answer;
        const expected =
          path === '/docs/a b/new'
            ? [423, 'lock-token-submitted', ['/docs/a%20b/']]
            : [423, 'no-conflicting-lock', ['/docs/a%20b/']];
        assert.deepEqual([status, condition, hrefs], expected, path);
      }
    }
    assert.equal(await site.kind('/docs/a b/new'), undefined);
  });

  test('below only is a 207 that names the member, and 424 for what was asked for', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/folder', '/docs/folder/sub');
    await takeLock(site, '/docs/folder/sub', { depth: '0', as: 'bob' });
    const members = (await askLock(site, '/docs/folder')).members();
    assert.deepEqual(
      members.map(({ href, status, condition }) => [href, status, condition]),
      [
        ['/docs/folder/sub/', 423, '{DAV:}no-conflicting-lock'],
        ['/docs/folder/', 424, undefined],
      ],
    );
    assert.deepEqual(await locksAt(site, '/docs/folder'), []);
    const unseen = await askLock(site, '/docs/folder', { mayRead: (path) => path !== '/folder/sub' });
    assert.deepEqual(
      unseen.members().map(({ href }) => href),
      ['/docs/folder/'],
    );
    assert.equal((await askLock(site, '/docs/folder', { depth: '0' })).status, 200);
  });
});

describe('LOCK without a body, a refresh', () => {
  test('starts the time again and keeps the token', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    const token = await takeLock(site, '/docs/file', { headers: { timeout: 'Second-60' } });
    site.clock.now += 50_000;
    const again = await site.ask('LOCK', '/docs/file', { headers: { if: `(<${token}>)` } });
    assert.deepEqual([again.status, again.header('Lock-Token')], [200, undefined]);
    assert.deepEqual(
      locksIn(again).map((lock) => [lock.token, lock.timeout]),
      [[token, 'Second-60']],
    );
    const longer = await site.ask('LOCK', '/docs/file', {
      headers: { if: `</docs/file> (<${token}>)`, timeout: 'Second-600' },
    });
    assert.equal(locksIn(longer)[0]?.timeout, 'Second-600');
  });

  test('may go to any resource in the scope of the lock', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/folder');
    await site.put('/docs/folder/file');
    const token = await takeLock(site, '/docs/folder');
    const answer = await site.ask('LOCK', '/docs/folder/file', { headers: { if: `(<${token}>)` } });
    assert.equal(answer.status, 200);
    assert.equal(locksIn(answer)[0]?.root, '/docs/folder/');
  });

  test('of a lock that is not there is 412, of somebody else\u2019s 403', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    await site.put('/docs/other');
    const token = await takeLock(site, '/docs/file');
    const refresh = (path: string, field: string, as = 'alice') =>
      site.ask('LOCK', path, { headers: { if: field }, as });
    for (const [path, field] of [
      ['/docs/file', '(<urn:uuid:0>)'],
      ['/docs/other', `(<${token}>)`],
      ['/docs/missing', `(<${token}>)`],
      ['/docs/file', '(["x"])'],
    ] as const) {
      const { status, condition } = await refresh(path, field);
      assert.deepEqual([status, condition], [412, 'lock-token-matches-request-uri'], path);
    }
    assert.equal((await refresh('/docs/file', `(<${token}> ["x"])`)).status, 412);
    assert.equal((await refresh('/docs/file', `(<${token}>)`, 'bob')).status, 403);
    assert.equal((await refresh('/docs/file', '(')).status, 400);
    site.clock.now += 3_600_000;
    assert.equal((await refresh('/docs/file', `(<${token}>)`)).status, 412);
  });
});

describe('a PUT over a file that is removed while the body arrives', () => {
  test('makes a member of the collection, and so needs the token of its lock', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/folder');
    await site.put('/docs/folder/file');
    const body = openBody();
    body.push('half');
    const putting = site.ask('PUT', '/docs/folder/file', { body });
    assert.equal((await site.ask('DELETE', '/docs/folder/file')).status, 204);
    await takeLock(site, '/docs/folder', { as: 'bob', depth: '0' });
    body.push(null);
    const { status, condition } = await putting;
    assert.deepEqual([status, condition], [423, 'lock-token-submitted']);
    assert.equal((await site.ask('GET', '/docs/folder/file')).status, 404);
  });
});

describe('UNLOCK', () => {
  test('gives the lock up, also where the token lacks its brackets or the lock is rooted above', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/folder');
    await site.put('/docs/folder/file');
    for (const target of ['/docs/folder', '/docs/folder/file']) {
      for (const wrap of [(token: string) => `<${token}>`, (token: string) => token]) {
        const token = await takeLock(site, '/docs/folder');
        const answer = await site.ask('UNLOCK', target, { headers: { 'lock-token': wrap(token) } });
        assert.equal(answer.status, 204);
        assert.deepEqual(await locksAt(site, '/docs/folder'), []);
      }
    }
  });

  test('of another user\u2019s lock is 403, of none 409, without a token 400', async (t) => {
    const site = await davSite(t);
    await site.put('/docs/file');
    await site.put('/docs/other');
    const token = await takeLock(site, '/docs/file');
    const unlock = (target: string, field: string | undefined, as = 'alice') =>
      site.ask('UNLOCK', target, { headers: field === undefined ? {} : { 'lock-token': field }, as });
    assert.equal((await unlock('/docs/file', `<${token}>`, 'bob')).status, 403);
    for (const [target, field] of [
      ['/docs/other', `<${token}>`],
      ['/docs/missing', `<${token}>`],
      ['/docs/file', '<urn:uuid:0>'],
    ] as const) {
      const { status, condition } = await unlock(target, field);
      assert.deepEqual([status, condition], [409, 'lock-token-matches-request-uri']);
    }
    assert.equal((await unlock('/docs/file', undefined)).status, 400);
    assert.equal((await unlock('/docs/file', 'nonsense')).status, 400);
    assert.equal((await locksAt(site, '/docs/file')).length, 1);
    site.clock.now += 3_600_000;
    assert.equal((await unlock('/docs/file', `<${token}>`)).status, 409);
  });
});
