import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { davSite } from './dav-site.js';

/** The levels of the deepest path in a share. */
const deepest = 256;

/** A folder with folders in it, so many levels, as another program makes it. */
function chain(folder: string, levels: number): void {
  const home = process.cwd();
  process.chdir(folder);
  try {
    for (let level = 0; level < levels; level += 1) {
      mkdirSync('d');
      writeFileSync('file', 'x');
      process.chdir('d');
    }
    symlinkSync('/', 'outside');
  } finally {
    process.chdir(home);
  }
}

describe('A tree that is deeper than a path can be', () => {
  test('is removed as a whole', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/deep');
    chain(join(site.folder, 'deep'), 600);
    const answer = await site.ask('DELETE', '/docs/deep');
    assert.equal(answer.status, 204, answer.text.slice(0, 300));
    assert.equal(existsSync(join(site.folder, 'deep')), false);
    assert.ok(existsSync('/etc'), 'no link was followed');
  });

  test('is copied as far as paths go, and what stays behind is told', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/deep');
    chain(join(site.folder, 'deep'), 300);
    const answer = await site.ask('COPY', '/docs/deep', { to: '/docs/copy' });
    assert.equal(answer.status, 207);
    assert.ok(existsSync(join(site.folder, 'copy', 'd/'.repeat(deepest - 1))));
    assert.equal(existsSync(join(site.folder, 'copy', 'd/'.repeat(deepest))), false);
  });

  test('is listed as far as paths go', async (t) => {
    const site = await davSite(t);
    await site.mkcol('/docs/deep');
    chain(join(site.folder, 'deep'), 300);
    const answer = await site.ask('PROPFIND', '/docs/deep', { headers: { depth: 'infinity' } });
    assert.ok(answer.status === 207 || answer.status === 403, String(answer.status));
  });

  for (const method of ['PUT', 'MKCOL', 'PROPFIND', 'GET', 'DELETE', 'COPY']) {
    test(`is 414 below that for ${method}`, async (t) => {
      const site = await davSite(t);
      await site.put('/docs/file');
      const path = `/docs${'/d'.repeat(272)}`;
      const answer =
        method === 'COPY' ? await site.ask(method, '/docs/file', { to: path }) : await site.ask(method, path);
      assert.equal(answer.status, 414);
    });
  }
});
