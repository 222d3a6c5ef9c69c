import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openBody } from '../contracts/bodies.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { davSite } from './dav-site.js';

describe('a tree with symbolic links', () => {
  test('that is removed takes its links, not what they lead to', async (t) => {
    const site = await davSite(t);
    mkdirSync(join(site.folder, 'kept'));
    writeFileSync(join(site.folder, 'kept/file'), 'kept');
    mkdirSync(join(site.folder, 'tree'));
    symlinkSync('../kept', join(site.folder, 'tree/link'));
    assert.equal(await site.text('/docs/tree/link/file'), 'kept');
    assert.equal((await site.ask('DELETE', '/docs/tree')).status, 204);
    assert.equal(readFileSync(join(site.folder, 'kept/file'), 'utf8'), 'kept');
    symlinkSync('kept', join(site.folder, 'link'));
    assert.equal((await site.ask('DELETE', '/docs/link/')).status, 204);
    assert.deepEqual(readdirSync(site.folder), ['kept']);
    assert.deepEqual(readdirSync(join(site.folder, 'kept')), ['file']);
  });

  test('that is moved to another storage brings what they lead to, and leaves that too', async (t) => {
    const site = await davSite(t);
    mkdirSync(join(site.folder, 'kept'));
    writeFileSync(join(site.folder, 'kept/file'), 'kept');
    mkdirSync(join(site.folder, 'tree'));
    symlinkSync('../kept', join(site.folder, 'tree/link'));
    assert.equal((await site.ask('MOVE', '/docs/tree', { to: '/attic/tree' })).status, 201);
    assert.equal(await site.text('/attic/tree/link/file'), 'kept');
    assert.equal(readFileSync(join(site.folder, 'kept/file'), 'utf8'), 'kept');
    assert.deepEqual(readdirSync(site.folder), ['kept']);
  });

  test('one of which leads to where its copy goes is copied without that one, which is told', async (t) => {
    const site = await davSite(t);
    mkdirSync(join(site.folder, 'work/tree/sub'), { recursive: true });
    mkdirSync(join(site.folder, 'work/other'));
    writeFileSync(join(site.folder, 'work/tree/sub/file'), 'text');
    // To where the copy is made, by a detour to the same, and into the copy itself.
    symlinkSync('../../../copies', join(site.folder, 'work/tree/sub/up'));
    symlinkSync('../other', join(site.folder, 'work/tree/other'));
    symlinkSync('../../copies', join(site.folder, 'work/other/copies'));
    mkdirSync(join(site.folder, 'copies'));
    symlinkSync('../../../copies/new/sub', join(site.folder, 'work/tree/sub/itself'));
    const answer = await site.ask('COPY', '/docs/work/tree', { to: '/docs/copies/new' });
    const told = answer.members().map(({ href, status }) => `${status} ${href}`);
    assert.deepEqual(told.sort(), [
      '403 /docs/work/tree/other/copies/',
      '403 /docs/work/tree/sub/itself/',
      '403 /docs/work/tree/sub/up/',
    ]);
    const copied = readdirSync(join(site.folder, 'copies'), { recursive: true });
    assert.deepEqual(copied.sort(), ['new', 'new/other', 'new/sub', 'new/sub/file']);
  });

  for (const method of ['COPY', 'MOVE']) {
    const pairs: readonly [string, string][] = [
      ['/docs/to file', '/docs/tree/file'],
      ['/docs/tree/file', '/docs/to file'],
      ['/docs/to tree', '/docs/tree'],
      ['/docs/tree', '/docs/to tree'],
      ['/docs/tree/sub', '/docs/to tree/sub'],
      ['/docs/tree', '/docs/to tree/sub'],
      ['/docs/tree', '/docs/to tree/new'],
      ['/docs/tree', '/docs/to tree/sub/new'],
      ['/docs/to tree/sub', '/docs/tree'],
    ];
    for (const [from, to] of pairs) {
      test(`${method} ${from} to ${to}, which a link makes one or puts inside each other, loses nothing`, async (t) => {
        const site = await davSite(t);
        mkdirSync(join(site.folder, 'tree/sub'), { recursive: true });
        writeFileSync(join(site.folder, 'tree/file'), 'text');
        writeFileSync(join(site.folder, 'tree/sub/deep'), 'deep');
        symlinkSync('tree', join(site.folder, 'to tree'));
        symlinkSync('tree/file', join(site.folder, 'to file'));
        const before = readdirSync(site.folder, { recursive: true });
        assert.equal((await site.ask(method, from, { to })).status, 403);
        assert.deepEqual(readdirSync(site.folder, { recursive: true }), before);
        assert.equal(await site.text('/docs/to file'), 'text');
        assert.equal(await site.text('/docs/to tree/sub/deep'), 'deep');
      });
    }
  }

  test('that leads back into itself is copied once', async (t) => {
    const site = await davSite(t);
    mkdirSync(join(site.folder, 'tree/sub'), { recursive: true });
    writeFileSync(join(site.folder, 'tree/file'), 'text');
    for (const name of ['up', 'again', 'back']) symlinkSync('..', join(site.folder, 'tree/sub', name));
    assert.equal((await site.ask('COPY', '/docs/tree', { to: '/docs/copy' })).status, 201);
    assert.deepEqual(readdirSync(join(site.folder, 'copy'), { recursive: true }).sort(), ['file', 'sub']);
  });

  test('that nobody is shown goes with the folder that holds it, and what it leads to stays', async (t) => {
    const site = await davSite(t);
    mkdirSync(join(site.folder, 'tree/sub'), { recursive: true });
    writeFileSync(join(site.folder, 'tree/file'), 'text');
    writeFileSync(join(site.folder, 'kept'), 'kept');
    symlinkSync('..', join(site.folder, 'tree/sub/up'));
    symlinkSync('nowhere', join(site.folder, 'tree/sub/dangling'));
    symlinkSync('/etc', join(site.folder, 'tree/sub/out'));
    assert.equal((await site.ask('DELETE', '/docs/tree')).status, 204);
    assert.deepEqual(readdirSync(site.folder), ['kept']);
  });
});

test('a slow PUT whose folder a MOVE swaps for a link that leads out is refused, and writes nothing there', async (t) => {
  const site = await davSite(t);
  const outside = temporaryFolder(t);
  await site.mkcol('/docs/a', '/docs/a/out', '/docs/b');
  symlinkSync(outside, join(site.folder, 'b/out'));
  const body = openBody();
  const put = site.ask('PUT', '/docs/a/out/file', { body });
  body.push('half');
  while (site.hidden().length === 0) await new Promise(setImmediate);
  assert.equal((await site.ask('MOVE', '/docs/a', { to: '/docs/c' })).status, 201);
  assert.equal((await site.ask('MOVE', '/docs/b', { to: '/docs/a' })).status, 201);
  body.push(null);
  assert.equal((await put).status, 409);
  assert.deepEqual(readdirSync(outside), []);
  assert.deepEqual(readdirSync(join(site.folder, 'c/out')), []);
  assert.deepEqual(site.hidden(), []);
});
