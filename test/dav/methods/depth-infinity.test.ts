import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { openBelow } from '../../contracts/descriptors.js';
import { davSite, type Asking, type DavSite } from '../dav-site.js';

async function hrefs(site: DavSite, path: string, asking: Asking = {}): Promise<string[]> {
  const answer = await site.ask('PROPFIND', path, {
    depthInfinity: true,
    ...asking,
    headers: { depth: 'infinity', ...asking.headers },
  });
  return answer.members().map(({ href }) => href);
}

async function tree(site: DavSite, share: string): Promise<void> {
  await site.mkcol(`${share}/a`, `${share}/a/b`, `${share}/a/b/c`, `${share}/a/d`);
  for (const file of ['a/1', 'a/b/2', 'a/b/c/3']) await site.put(`${share}/${file}`);
  await site.mark(`${share}/a/b/c/3`, `${share}/a/d`);
}

describe('PROPFIND with Depth infinity, where it is allowed,', () => {
  for (const share of ['/docs', '/attic']) {
    test(`tells of everything below ${share}, each member after its collection, with its properties`, async (t) => {
      const site = await davSite(t);
      await tree(site, share);
      const found = await hrefs(site, `${share}/a`);
      const expected = ['/', '/1', '/b/', '/b/2', '/b/c/', '/b/c/3', '/d/'].map(
        (inside) => `${share}/a${inside}`,
      );
      assert.deepEqual([...found].sort(), expected.sort());
      for (const href of found.slice(1)) {
        const parent = href.replace(/[^/]+\/?$/, '');
        assert.ok(found.indexOf(parent) < found.indexOf(href), href);
      }
      const answer = await site.ask('PROPFIND', share, { depthInfinity: true });
      const marks = answer
        .members()
        .filter(({ properties }) => properties.get(200)?.has('{x:}p'))
        .map(({ href, properties }) => [href, properties.get(200)?.get('{x:}p')?.text]);
      assert.deepEqual(marks.sort(), [
        [`${share}/a/b/c/3`, `${share}/a/b/c/3`],
        [`${share}/a/d/`, `${share}/a/d`],
      ]);
    });
  }

  test('leaves out what the user may not read, and all below', async (t) => {
    const site = await davSite(t);
    await tree(site, '/docs');
    const mayRead = (path: string): boolean => path !== '/a/b';
    assert.deepEqual((await hrefs(site, '/docs/a', { mayRead })).sort(), [
      '/docs/a/',
      '/docs/a/1',
      '/docs/a/d/',
    ]);
  });

  test('leaves out the root where the client asks for that', async (t) => {
    const site = await davSite(t);
    await tree(site, '/docs');
    const headers = { prefer: 'depth-noroot' };
    const found = await hrefs(site, '/docs/a/b', { headers });
    assert.deepEqual(found.sort(), ['/docs/a/b/2', '/docs/a/b/c/', '/docs/a/b/c/3']);
  });

  test('ends where a link leads back', async (t) => {
    const site = await davSite(t);
    mkdirSync(join(site.folder, 'a/b'), { recursive: true });
    writeFileSync(join(site.folder, 'a/b/file'), '');
    symlinkSync('..', join(site.folder, 'a/b/up'));
    symlinkSync('../..', join(site.folder, 'a/b/top'));
    const found = await hrefs(site, '/docs/a');
    assert.deepEqual(found, ['/docs/a/', '/docs/a/b/', '/docs/a/b/file']);
  });

  test('is streamed, and stops when the client goes', async (t) => {
    const site = await davSite(t);
    for (let folder = 0; folder < 40; folder += 1) {
      mkdirSync(join(site.folder, `f${folder}/inner`), { recursive: true });
      for (let file = 0; file < 50; file += 1)
        writeFileSync(join(site.folder, `f${folder}/inner/${file}`), '');
    }
    const { body } = await site.respond('PROPFIND', '/docs', { depthInfinity: true });
    assert.ok(body instanceof Readable);
    body.read(1);
    assert.ok(openBelow(site.folder).length > 0);
    body.destroy();
    for (let turn = 0; openBelow(site.folder).length > 0; turn += 1) {
      assert.ok(turn < 1000, 'a folder stays open');
      await new Promise(setImmediate);
    }
    const whole = await site.ask('PROPFIND', '/docs', { depthInfinity: true });
    assert.equal(whole.members().length, 1 + 40 * 52);
  });
});
