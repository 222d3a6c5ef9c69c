import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { davSite, type DavSite } from './dav-site.js';

/** The entity tag of a folder, as PROPFIND tells it. */
async function tagOf(site: DavSite, target: string): Promise<string> {
  const tag = (await site.property(target, '{DAV:}getetag'))?.text ?? '';
  assert.match(tag, /^W\/"[!-~]+"$/);
  return tag;
}

const changes: Record<string, (site: DavSite) => Promise<unknown>> = {
  'a file is put': (site) => site.put('/docs/f/new'),
  'a file is replaced': (site) => site.put('/docs/f/file', 'other bytes'),
  'a folder is made': (site) => site.mkcol('/docs/f/made'),
  'a file is removed': (site) => site.ask('DELETE', '/docs/f/file'),
  'a folder is removed': (site) => site.ask('DELETE', '/docs/f/folder'),
  'a member is renamed': (site) => site.ask('MOVE', '/docs/f/file', { to: '/docs/f/renamed' }),
  'a member goes elsewhere': (site) => site.ask('MOVE', '/docs/f/file', { to: '/docs/elsewhere' }),
  'a member comes': (site) => site.ask('MOVE', '/docs/other', { to: '/docs/f/other' }),
  'a member is copied there': (site) => site.ask('COPY', '/docs/other', { to: '/docs/f/other' }),
  'a folder is replaced': (site) => site.ask('COPY', '/docs/g', { to: '/docs/f/folder' }),
  'an empty file is made by LOCK': (site) => site.ask('LOCK', '/docs/f/locked', { body: lockInfo }),
};

const lockInfo =
  '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';

for (const [what, change] of Object.entries(changes)) {
  test(`a folder has another entity tag when ${what}`, async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/f', '/docs/f/folder', '/docs/g');
    await site.put('/docs/f/file');
    await site.put('/docs/other');
    // Two changes in one tick of the clock may share a tag: the first was long ago.
    utimesSync(join(site.folder, 'f'), 1_000_000, 1_000_000);
    const before = await tagOf(site, '/docs/f');
    assert.equal(await tagOf(site, '/docs/f'), before, 'nothing has changed');
    await change(site);
    assert.notEqual(await tagOf(site, '/docs/f'), before);
  });
}

test('a folder keeps its entity tag when it is read, and when only members of members change', async (t) => {
  const site = await davSite(t);
  await site.mkcol('/docs/f', '/docs/f/folder');
  const before = await tagOf(site, '/docs/f');
  await site.put('/docs/f/folder/file');
  await site.ask('GET', '/docs/f/');
  await site.ask('PROPFIND', '/docs/f', { headers: { depth: '1' } });
  assert.equal(await tagOf(site, '/docs/f'), before);
});

test('a folder’s weak tag is never strong enough for If-Match and If, but says in If-None-Match that it is unchanged', async (t) => {
  const site = await davSite(t);
  await site.mkcol('/docs/f');
  const tag = await tagOf(site, '/docs/f');
  const statusOf = async (headers: Record<string, string>): Promise<number> =>
    (await site.ask('PROPFIND', '/docs/f', { headers: { depth: '0', ...headers } })).status;
  assert.equal(await statusOf({ 'if-match': tag }), 412);
  assert.equal(await statusOf({ 'if-match': tag.slice(2) }), 412);
  assert.equal(await statusOf({ 'if-match': '*' }), 207);
  assert.equal(await statusOf({ if: `([${tag}])` }), 412);
  assert.equal(await statusOf({ if: `(Not [${tag}])` }), 207);
  assert.equal(await statusOf({ 'if-none-match': tag }), 412);
  assert.equal(await statusOf({ 'if-none-match': 'W/"other"' }), 207);
  assert.equal(await statusOf({ 'if-none-match': '*' }), 412);
  const copy = await site.ask('COPY', '/docs/f', { to: '/docs/g', headers: { 'if-none-match': '*' } });
  assert.equal(copy.status, 412);
  assert.equal((await site.ask('MKCOL', '/docs/new', { headers: { 'if-none-match': '*' } })).status, 201);
});

test('the page of a folder carries no tag: it depends on who asks', async (t) => {
  const site = await davSite(t);
  await site.mkcol('/docs/f');
  for (const method of ['GET', 'HEAD']) {
    assert.equal((await site.ask(method, '/docs/f/')).header('etag'), undefined);
  }
});

test('a module’s folder has none, since a module does not tell when its members change', async (t) => {
  const site = await davSite(t);
  await site.mkcol('/attic/f');
  assert.equal(await site.property('/attic/f', '{DAV:}getetag'), undefined);
});
