import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { hidingStorage } from '../../src/storage/hiding-storage.js';
import { limitedStorage } from '../../src/storage/limited-storage.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import type { DavStorage } from '../../src/storage/storage.js';
import { localOptions } from '../storage/local-setting.js';
import { davSite, DavSite } from './dav-site.js';

/** Members that no request can name, as they stand on the disk. */
const unnameable: Record<string, Buffer> = {
  'bytes that are not UTF-8': Buffer.from('caf\u00e9', 'latin1'),
  'a control character': Buffer.from('a\u0001b'),
  'a line feed': Buffer.from('a\nb'),
  'a backslash': Buffer.from('a\\b'),
  'half a letter': Buffer.from([0x61, 0xc3]),
};

const layers: Record<string, (storage: DavStorage) => DavStorage> = {
  'a folder': (storage) => storage,
  'a folder with a quota and hidden names': (storage) =>
    hidingStorage(['*.hidden'], limitedStorage(storage, 1e9)),
};

async function siteWith(t: TestContext, layer: (storage: DavStorage) => DavStorage): Promise<DavSite> {
  const plain = await davSite(t);
  const site = new DavSite(
    plain.folder,
    layer(new LocalStorage(plain.folder, localOptions)),
    plain.attic,
    plain,
  );
  await site.mkcol('/docs/f', '/docs/f/in', '/docs/f/whole');
  await site.put('/docs/f/in/shown', 'shown');
  await site.put('/docs/f/whole/file', 'file');
  return site;
}

function place(site: DavSite, folder: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(join(site.folder, folder) + '/'), name]);
}

for (const [where, layer] of Object.entries(layers)) {
  describe(`In ${where}`, () => {
    for (const [what, name] of Object.entries(unnameable)) {
      test(`COPY says that a member stayed behind: ${what}`, async (t) => {
        const site = await siteWith(t, layer);
        writeFileSync(place(site, 'f/in', name), 'left');
        const copy = await site.ask('COPY', '/docs/f', { to: '/docs/g' });
        assert.equal(copy.status, 207);
        assert.deepEqual(
          copy.members().map(({ href, status }) => [href, status]),
          [['/docs/f/in/', 409]],
        );
        assert.match(
          copy.text,
          /<D:responsedescription>Some members were left behind because no client can send their names/,
        );
        assert.equal(await site.text('/docs/g/in/shown'), 'shown');
        assert.equal(await site.text('/docs/g/whole/file'), 'file');
      });

      test(`MOVE to another share leaves all of the source where it was: ${what}`, async (t) => {
        const site = await siteWith(t, layer);
        const left = place(site, 'f/in', name);
        writeFileSync(left, 'left');
        const move = await site.ask('MOVE', '/docs/f', { to: '/attic/g' });
        assert.deepEqual(
          move.members().map(({ href, status }) => [href, status]),
          [['/docs/f/in/', 409]],
        );
        for (const file of ['in/shown', 'whole/file'])
          assert.notEqual(await site.text(`/docs/f/${file}`), undefined);
        assert.ok(existsSync(left));
      });
    }

    test('a folder of such a name stays behind with all that it holds, also right in the source', async (t) => {
      const site = await siteWith(t, layer);
      const folder = place(site, 'f', Buffer.from('a\\b'));
      mkdirSync(folder);
      writeFileSync(Buffer.concat([folder, Buffer.from('/file')]), 'left');
      const copy = await site.ask('COPY', '/docs/f', { to: '/docs/g' });
      assert.deepEqual(
        copy.members().map(({ href, status }) => [href, status]),
        [['/docs/f/', 409]],
      );
      assert.equal(await site.text('/docs/g/in/shown'), 'shown');
      const move = await site.ask('MOVE', '/docs/f', { to: '/attic/g' });
      assert.equal(move.status, 207);
      assert.equal(await site.text('/docs/f/in/shown'), 'shown');
    });

    test('what was to be replaced comes back', async (t) => {
      const site = await siteWith(t, (storage) => storage);
      writeFileSync(place(site, 'f/in', Buffer.from('a\\b')), 'left');
      await site.mkcol('/docs/g');
      await site.put('/docs/g/old', 'old');
      assert.equal((await site.ask('COPY', '/docs/f', { to: '/docs/g' })).status, 207);
      assert.equal(await site.text('/docs/g/old'), 'old');
      assert.equal(await site.kind('/docs/g/in'), undefined);
    });

    test('a rename takes everything along, and Depth 0 has no members', async (t) => {
      const site = await siteWith(t, layer);
      writeFileSync(place(site, 'f/in', Buffer.from('a\\b')), 'left');
      const alone = await site.ask('COPY', '/docs/f/in', { to: '/docs/g', headers: { depth: '0' } });
      assert.equal(alone.status, 201);
      assert.equal((await site.ask('MOVE', '/docs/f/in', { to: '/docs/f/out' })).status, 201);
      assert.ok(existsSync(place(site, 'f/out', Buffer.from('a\\b'))));
    });

    test('DELETE leaves it, and the folder that holds it', async (t) => {
      const site = await siteWith(t, layer);
      writeFileSync(place(site, 'f/in', Buffer.from('a\\b')), 'left');
      const answer = await site.ask('DELETE', '/docs/f');
      assert.equal(answer.status, 207);
      assert.ok(existsSync(place(site, 'f/in', Buffer.from('a\\b'))));
    });
  });
}

describe('What is not shown', () => {
  const hiding = (storage: DavStorage): DavStorage => hidingStorage(['*.hidden'], storage);
  const kinds: Record<string, (site: DavSite) => void> = {
    'a name that the share hides': (site) => {
      writeFileSync(join(site.folder, 'f/in/x.hidden'), 'hidden');
    },
    'a link that leads out': (site) => {
      symlinkSync('/etc/hostname', join(site.folder, 'f/in/link'));
    },
    'a link that leads nowhere': (site) => {
      symlinkSync('nowhere', join(site.folder, 'f/in/link'));
    },
  };
  for (const [what, make] of Object.entries(kinds)) {
    test(`is as if it were not there for COPY, and keeps a MOVE to another share from losing it: ${what}`, async (t) => {
      const site = await siteWith(t, hiding);
      make(site);
      assert.equal((await site.ask('COPY', '/docs/f', { to: '/docs/g' })).status, 201);
      assert.equal(await site.text('/docs/g/in/shown'), 'shown');
      const move = await site.ask('MOVE', '/docs/f', { to: '/attic/g' });
      assert.deepEqual(
        move.members().map(({ href, status }) => [href, status]),
        [['/docs/f/in/', 409]],
      );
      assert.match(move.text, /Some members were left behind because this share does not show them/);
      assert.equal(await site.text('/docs/f/in/shown'), 'shown');
    });
  }

  test('davgate’s own staging folder is nothing that stays behind', async (t) => {
    const site = await siteWith(t, hiding);
    mkdirSync(join(site.folder, 'f/.davgate-staging'));
    assert.equal((await site.ask('MOVE', '/docs/f', { to: '/attic/g' })).status, 201);
    assert.equal(await site.kind('/docs/f'), undefined);
  });
});

test('a member whose path would be too long at the destination is named', async (t) => {
  const site = await davSite(t);
  const deep = `/docs/${'s'.repeat(200)}`;
  let source = '/docs/f';
  await site.mkcol(source);
  for (let level = 0; level < 19; level += 1) {
    source += `/${'d'.repeat(210)}`;
    await site.mkcol(source);
  }
  await site.mkcol(deep);
  const copy = await site.ask('COPY', '/docs/f', { to: `${deep}/g` });
  assert.equal(copy.status, 207);
  assert.ok(
    copy.members().every(({ status }) => status === 414 || status === 409),
    copy.text.slice(0, 200),
  );
});
