import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DavClient, elementText } from './helpers/dav-client.js';
import { declare, makeSample, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { hrefsIn, pathOf, target } from './helpers/names.js';

// As webdavfs (apple-oss-distributions/webdavfs) sends them.
const agent = 'WebDAVFS/3.0.0 (03008000) Darwin/23.1.0 (arm64)';
const nfc = 'Pl\u00e4ne';
const nfd = 'Pla\u0308ne';
const [hangul, jamo] = ['\ud55c\uae00', '\u1112\u1161\u11ab\u1100\u1173\u11af'];

const lockInfo =
  '<?xml version="1.0" encoding="utf-8"?>\n<D:lockinfo xmlns:D="DAV:">\n<D:lockscope><D:exclusive/></D:lockscope>\n' +
  '<D:locktype><D:write/></D:locktype>\n<D:owner>\n<D:href>http://www.apple.com/webdav_fs/</D:href>\n</D:owner>\n</D:lockinfo>\n';
const update =
  '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><mark xmlns="x:">1</mark></D:prop></D:set></D:propertyupdate>';

describe('Finder, which takes the names apart that it was shown', () => {
  let davgate: TestDavgate;
  let finder: DavClient;
  let other: DavClient;
  before(async () => {
    const folder = await makeSample();
    const open = { kind: 'webdav', require: { staff: false } };
    await declare(folder, (declaration) => {
      declaration.shares = [
        {
          path: '/docs',
          ...open,
          root: './docs',
          hide: ['*.tmp', `${nfc}.private`],
          quota: '1 MiB',
          rules: [
            { path: `/${nfc}/secret`, require: { superuser: true } },
            { path: '/\u212b', require: { superuser: true } },
          ],
        },
        { path: '/scratch', ...open, storage: { module: './scratch-storage.js' } },
        { path: `/${hangul}/${nfc}`, ...open, root: './staff' },
        { path: `/${nfc}-media`, kind: 'static', root: './media', require: { staff: false } },
      ];
    });
    for (const path of [`docs/${nfc}`, `media/${nfc}`]) await mkdir(join(folder, path));
    await writeFile(join(folder, 'media', nfc, `${nfc}.txt`), 'static');
    await writeFile(join(folder, 'docs', `${nfc}.private`), 'private');
    davgate = await startDavgate(folder);
    finder = new DavClient(davgate, 'bob', agent);
    other = new DavClient(davgate, 'bob', 'another client');
  });
  after(async () => {
    await davgate.end();
    await rm(davgate.folder, { recursive: true, force: true });
  });

  /** As webdavfs reads a listing: a response is for a child only if its decoded path is longer than the request's. */
  const childrenOf = async (path: string): Promise<string[]> => {
    const { status, text } = await finder.ask('PROPFIND', `${path}/`, { headers: { Depth: '1' } });
    assert.equal(status, 207);
    const asked = `${decodeURIComponent(path)}/`;
    const [own, ...members] = hrefsIn(text).map(pathOf);
    assert.equal(own, asked);
    for (const member of members) assert.ok(member.startsWith(asked) && member.length > asked.length, member);
    return members.map((member) => member.slice(asked.length)).sort();
  };

  for (const share of ['docs', 'scratch']) {
    it(`works on composed names of /${share} by every method, and is answered in its own spelling`, async () => {
      const folder = target(share, `in ${nfc}`);
      const apart = target(share, `in ${nfd}`);
      assert.equal(await other.status('MKCOL', folder), 201);
      assert.equal(await other.status('PUT', folder + target(nfc), { body: 'theirs' }), 201);
      assert.equal(await finder.status('MKCOL', apart), 405);
      assert.deepEqual(await childrenOf(apart), [nfc]);
      assert.equal((await finder.ask('GET', apart + target(nfd))).text, 'theirs');
      const depth = { headers: { Depth: '0' } };
      const lock = await finder.ask('LOCK', apart + target(nfd), { ...depth, body: lockInfo });
      assert.equal(lock.status, 200);
      const root = /lockroot><D:href>([^<]*)</.exec(lock.text)?.[1] ?? '';
      assert.equal(root, apart + target(nfd));
      const token = elementText(lock.text, 'locktoken') ?? '';
      // The lock is the file's, however it is spelled.
      assert.equal(await other.status('PUT', folder + target(nfc), { body: 'x' }), 423);
      const refused = await finder.ask('PUT', apart + target(nfd), { body: 'x' });
      assert.deepEqual([refused.status, hrefsIn(refused.text)], [423, [apart + target(nfd)]]);
      const above = await finder.ask('DELETE', apart);
      assert.deepEqual([above.status, hrefsIn(above.text)[0]], [207, apart + target(nfc)]);
      const told = await finder.ask('PROPFIND', apart + target(nfd), depth);
      const paths = hrefsIn(told.text).filter((href) => href.startsWith('/'));
      assert.deepEqual(paths, [apart + target(nfd), apart + target(nfd)]);
      const condition = { If: `<${davgate.url}${apart}${target(nfd)}> (<${token}>)` };
      assert.equal(
        await finder.status('PUT', apart + target(nfd), { headers: condition, body: 'mine' }),
        204,
      );
      const patched = await finder.ask('PROPPATCH', apart + target(nfd), {
        headers: condition,
        body: update,
      });
      assert.deepEqual(hrefsIn(patched.text), [apart + target(nfd)]);
      const unlock = { headers: { 'Lock-Token': `<${token}>` } };
      assert.equal(await finder.status('UNLOCK', apart + target(nfd), unlock), 204);
      assert.equal((await other.ask('GET', folder + target(nfc))).text, 'mine');
      assert.equal(elementText((await other.ask('PROPFIND', folder + target(nfc), depth)).text, 'mark'), '1');
      // What it makes keeps the name that it gives; what it goes to is found.
      const to = { headers: { Destination: davgate.url + apart + target(`copy ${nfd}`) } };
      assert.equal(await finder.status('COPY', apart + target(nfd), to), 201);
      assert.equal(await finder.status('COPY', apart + target(nfd), to), 204);
      assert.deepEqual(await childrenOf(apart), [nfc, `copy ${nfd}`].sort());
      const onto = { headers: { Destination: davgate.url + apart + target(nfd) } };
      assert.equal(await finder.status('MOVE', apart + target(`copy ${nfd}`), onto), 204);
      assert.deepEqual(await childrenOf(apart), [nfc]);
      assert.equal(await finder.status('DELETE', apart + target(nfd)), 204);
      assert.deepEqual(await childrenOf(apart), []);
    });
  }

  it('is given the exact name where there is one, and nobody else is given another', async () => {
    const [composed, apart] = [target('docs', `both ${nfc}`), target('docs', `both ${nfd}`)];
    assert.equal(await other.status('PUT', composed, { body: 'composed' }), 201);
    for (const method of ['GET', 'PROPFIND', 'DELETE', 'UNLOCK']) {
      const headers = { Depth: '0', 'Lock-Token': '<urn:x>' };
      assert.notEqual(Math.floor((await other.status(method, apart, { headers })) / 100), 2, method);
    }
    assert.equal(await other.status('PUT', apart, { body: 'apart' }), 201);
    assert.equal((await finder.ask('GET', apart)).text, 'apart');
    assert.equal((await finder.ask('GET', composed)).text, 'composed');
  });

  it('is never taken to a name that no Mac makes that of', async () => {
    for (const [made, asked] of [
      ['=\u0338', '\u2260'],
      ['\u2260', '=\u0338'],
      ['\uf900', '\u8c48'],
      ['\u00e9', 'e\u0301x'.slice(0, 1)],
      ['\u1ec7', 'e\u0302\u0323'],
    ] as const) {
      assert.equal(await other.status('PUT', target('docs', made), { body: made }), 201);
      assert.equal(await finder.status('GET', target('docs', asked)), 404, asked);
      assert.equal(await other.status('DELETE', target('docs', made)), 204);
    }
  });

  it('keeps the name that it gives', async () => {
    assert.equal(await finder.status('MKCOL', target('docs', `new ${nfd}`)), 201);
    assert.equal(await finder.status('PUT', target('docs', `new ${nfd}`, jamo), { body: 'x' }), 201);
    assert.deepEqual(await readdir(join(davgate.folder, 'docs', `new ${nfd}`)), [jamo]);
    assert.deepEqual(await childrenOf(target('docs', `new ${nfd}`)), [jamo]);
  });

  it('is held to the rule of a name in all its spellings, as everybody is', async () => {
    for (const client of [finder, other]) {
      for (const name of [nfc, nfd]) {
        assert.equal(await client.status('MKCOL', target('docs', name, 'secret')), 403);
        const headers = { Destination: davgate.url + target('docs', name, 'secret') };
        assert.equal(await client.status('COPY', '/docs/Handbook.md', { headers }), 403);
      }
      for (const name of ['\u212b', '\u00c5', 'A\u030a']) {
        assert.equal(await client.status('MKCOL', target('docs', name)), 403);
        assert.equal(await client.status('PUT', target('docs', name, 'file'), { body: 'x' }), 403);
      }
    }
  });

  it('is shown nothing that is hidden, in any spelling', async () => {
    for (const client of [finder, other]) {
      for (const name of [`${nfc}.private`, `${nfd}.private`]) {
        assert.equal(await client.status('GET', target('docs', name)), 404);
        assert.equal(await client.status('PUT', target('docs', name), { body: 'x' }), 403);
      }
    }
  });

  it('enters shares whose paths have accents, and what stands above them', async () => {
    const above = target(jamo);
    assert.deepEqual(await childrenOf(above), [`${nfc}/`]);
    const share = target(jamo, nfd);
    assert.equal(await finder.status('PUT', `${share}/file`, { body: 'x' }), 201);
    assert.ok((await childrenOf(share)).includes('file'));
    const headers = { Destination: `${davgate.url}${share}/moved` };
    assert.equal(await finder.status('MOVE', `${share}/file`, { headers }), 201);
    assert.equal(await readFile(join(davgate.folder, 'staff', 'moved'), 'utf8'), 'x');
    // Everybody else writes it as it was declared.
    assert.equal(await other.status('PROPFIND', share, { headers: { Depth: '0' } }), 404);
    assert.equal(await other.status('GET', target(hangul, nfc, 'moved')), 200);
  });

  it('reads a static share, and is sent to a folder by the path that it asked for', async () => {
    const folder = target(`${nfd}-media`, nfd);
    assert.deepEqual(await childrenOf(folder), [`${nfc}.txt`]);
    assert.equal((await finder.ask('GET', folder + target(`${nfd}.txt`))).text, 'static');
    const redirect = await finder.ask('GET', folder);
    assert.deepEqual([redirect.status, redirect.headers.location], [301, `${folder}/`]);
  });
});
