import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { openStateDatabase } from '../../../src/state/database.js';
import { SqlPropertyStore } from '../../../src/state/sql-property-store.js';
import { limitedStorage } from '../../../src/storage/limited-storage.js';
import { temporaryFolder } from '../../contracts/temporary-folder.js';
import { davSite, DavSite, propertyUpdate, type Answer } from '../dav-site.js';
import { propertyLimits } from '../limits.js';

/** A site that keeps so many bytes of properties, where `/docs` has a quota. */
async function limitedSite(
  t: TestContext,
  limits: Partial<typeof propertyLimits>,
  quota = 1_000_000,
): Promise<DavSite> {
  const plain = await davSite(t);
  const database = await openStateDatabase({ kind: 'sqlite', file: join(temporaryFolder(t), 'state') });
  t.after(() => database.destroy());
  const docs = limitedStorage(plain.docs, quota);
  const all = { ...propertyLimits, ...limits };
  const properties = new SqlPropertyStore(database, all, new Map([['/docs', docs]]));
  const site = new DavSite(plain.folder, docs, plain.attic, {
    properties,
    locks: plain.locks,
    clock: plain.clock,
  });
  site.propertyLimits = all;
  return site;
}

/** Sets `{x:}NAME` to so many characters. */
function set(site: DavSite, target: string, length: number, name = 'p', as = 'alice'): Promise<Answer> {
  const body = propertyUpdate(
    `<D:set><D:prop><${name} xmlns="x:">${'v'.repeat(length)}</${name}></D:prop></D:set>`,
  );
  return site.ask('PROPPATCH', target, { body, as });
}

function assertRefused(answer: Answer): void {
  assert.deepEqual([answer.status, answer.condition], [507, 'quota-not-exceeded']);
}

describe('properties that are too much are refused, and nothing changes', () => {
  const limits = { perProperty: 1000, perResource: 3000, perUser: 10_000, perShare: 14_500 };

  test('one that is too large', async (t) => {
    const site = await limitedSite(t, limits);
    await site.put('/docs/file');
    assertRefused(await set(site, '/docs/file', 1000));
    assert.equal(await site.property('/docs/file', '{x:}p'), undefined);
    assert.equal((await set(site, '/docs/file', 900)).status, 207);
  });

  test('one that is written with a long namespace which the body declares once', async (t) => {
    const site = await limitedSite(t, limits);
    await site.put('/docs/file');
    const body = `<D:propertyupdate xmlns:D="DAV:" xmlns:n="urn:${'n'.repeat(900)}"><D:set><D:prop><p xmlns="x:"><n:a/><n:a/></p></D:prop></D:set></D:propertyupdate>`;
    assertRefused(await site.ask('PROPPATCH', '/docs/file', { body }));
  });

  test('many of one resource, of one user and in one share', async (t) => {
    const site = await limitedSite(t, limits);
    const statuses: number[] = [];
    for (const [user, files] of [
      ['alice', 6],
      ['bob', 6],
    ] as const) {
      for (let file = 0; file < files; file += 1) {
        await site.put(`/docs/${user}${file}`);
        for (const name of ['p', 'q']) {
          statuses.push((await set(site, `/docs/${user}${file}`, 900, name, user)).status);
        }
      }
    }
    // Some 935 bytes each, with their names and paths.
    assert.deepEqual(statuses, [
      ...Array<number>(10).fill(207),
      507,
      507,
      ...Array<number>(5).fill(207),
      ...Array<number>(7).fill(507),
    ]);
    await set(site, '/docs/alice0', 10, 'p');
    await site.put('/docs/full');
    for (const name of ['p', 'q', 'r']) await set(site, '/docs/alice0', 900, name);
    assertRefused(await set(site, '/docs/alice0', 900, 's'));
  });

  test('those of a collection that is made: it is not', async (t) => {
    const site = await limitedSite(t, limits);
    const body = `<D:mkcol xmlns:D="DAV:"><D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype>${['a', 'b', 'c', 'd'].map((name) => `<${name}>${'v'.repeat(740)}</${name}>`).join('')}</D:prop></D:set></D:mkcol>`;
    const headers = { 'content-type': 'application/xml', 'content-length': String(body.length) };
    assertRefused(await site.ask('MKCOL', '/docs/new', { headers, body }));
    assert.equal(await site.kind('/docs/new'), undefined);
  });

  test('those that PROPPATCH sets together with the modification time: that stays as it was', async (t) => {
    const site = await limitedSite(t, { ...limits, perUser: 500 });
    await site.put('/docs/file');
    const before = (await site.property('/docs/file', '{DAV:}getlastmodified'))?.text;
    const body = propertyUpdate(
      `<D:set><D:prop><m:Win32LastModifiedTime xmlns:m="urn:schemas-microsoft-com:">Thu, 01 Jan 2015 00:00:00 GMT</m:Win32LastModifiedTime><p xmlns="x:">${'v'.repeat(700)}</p></D:prop></D:set>`,
    );
    assertRefused(await site.ask('PROPPATCH', '/docs/file', { body }));
    assert.equal((await site.property('/docs/file', '{DAV:}getlastmodified'))?.text, before);
  });
});

describe('a COPY whose properties are too much', () => {
  for (const share of ['/docs', '/attic']) {
    for (const [what, target] of [
      ['makes nothing where nothing was', 'new'],
      ['leaves a file that it would replace', 'file'],
      ['leaves a tree that it would replace', 'tree'],
    ] as const) {
      test(`${what}, in ${share}`, async (t) => {
        const site = await limitedSite(t, { perUser: 1500, perShare: 100_000 });
        const source = target === 'file' ? `${share}/source` : `${share}/from`;
        if (target === 'file') await site.put(source, 'new');
        else {
          await site.mkcol(source);
          await site.put(`${source}/member`);
        }
        await set(site, source, 900, 'p', 'bob');
        const to = `${share}/${target}`;
        if (target === 'tree') {
          await site.mkcol(to);
          await site.put(`${to}/old`);
        } else if (target === 'file') await site.put(to, 'old');
        if (target !== 'new') await set(site, to, 10, 'old', 'bob');
        await site.put(`${share}/full`);
        await set(site, `${share}/full`, 700);
        assertRefused(await site.ask('COPY', source, { to }));
        if (target === 'new') assert.equal(await site.kind(to), undefined);
        else assert.ok(await site.property(to, '{x:}old'));
        if (target === 'file') assert.equal(await site.text(to), 'old');
        if (target === 'tree') {
          assert.equal(await site.kind(`${to}/old`), 'file');
          assert.equal(await site.kind(`${to}/member`), undefined);
        }
        // Whoever has room copies it.
        assert.ok((await site.ask('COPY', source, { to, as: 'carol' })).status < 300);
        assert.ok(await site.property(to, '{x:}p'));
      });
    }
  }
});

describe('properties and the quota of a share', () => {
  const quotaBody =
    '<D:propfind xmlns:D="DAV:"><D:prop><D:quota-available-bytes/><D:quota-used-bytes/></D:prop></D:propfind>';
  const used = async (site: DavSite): Promise<string | undefined> => {
    const answer = await site.ask('PROPFIND', '/docs', { headers: { depth: '0' }, body: quotaBody });
    return answer.members()[0]?.properties.get(200)?.get('{DAV:}quota-used-bytes')?.text;
  };

  test('they are told as used, take the room of files, and give it back', async (t) => {
    const site = await limitedSite(t, {}, 2000);
    await site.put('/docs/file', 'x'.repeat(500));
    await set(site, '/docs/file', 900);
    // The value with its element, `{x:}p` and `/docs/file`.
    const property = 900 + '<p xmlns="x:"></p>'.length + 5 + 10;
    assert.equal(await used(site), String(500 + property));
    assertRefused(await set(site, '/docs/file', 900, 'q'));
    assert.equal((await site.ask('PUT', '/docs/more', { body: 'x'.repeat(600) })).status, 507);
    assertRefused(await site.ask('COPY', '/docs/file', { to: '/docs/copy' }));
    assert.equal(await site.kind('/docs/copy'), undefined);
    assert.equal((await site.ask('MOVE', '/docs/file', { to: '/docs/movd' })).status, 201);
    assert.equal(await used(site), String(500 + property));
    assert.equal((await site.ask('MOVE', '/docs/movd', { to: '/attic/file' })).status, 201);
    assert.equal(await used(site), '0');
    assert.ok(await site.property('/attic/file', '{x:}p'));
    await site.put('/docs/large', 'x'.repeat(1000));
    assertRefused(await site.ask('MOVE', '/attic/file', { to: '/docs/file' }));
    assert.equal(await site.kind('/attic/file'), 'file');
    assert.equal(await site.kind('/docs/file'), undefined);
    await site.ask('DELETE', '/docs/large');
    assert.equal((await site.ask('MOVE', '/attic/file', { to: '/docs/file' })).status, 201);
    assert.equal(await used(site), String(500 + property));
    await site.ask('DELETE', '/docs/file');
    assert.equal(await used(site), '0');
  });
});
