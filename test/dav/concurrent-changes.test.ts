import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { treeSlots } from '../../src/dav/tree-turns.js';
import { hidingStorage } from '../../src/storage/hiding-storage.js';
import { limitedStorage } from '../../src/storage/limited-storage.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { child } from '../../src/http/target.js';
import type { DavStorage } from '../../src/storage/storage.js';
import { textAt } from '../contracts/bodies.js';
import { inShare } from '../helpers/paths.js';
import { localOptions } from '../storage/local-setting.js';
import { davSite, DavSite } from './dav-site.js';
import type { TestContext } from 'node:test';

/** Lays something over the folder of /docs. */
type Layer = (storage: DavStorage) => DavStorage;

const layers: Record<string, { readonly share: string; readonly layer: Layer }> = {
  'a folder': { share: '/docs', layer: (storage) => storage },
  'a module': { share: '/attic', layer: (storage) => storage },
  'a folder with a quota': { share: '/docs', layer: (storage) => limitedStorage(storage, 1e9) },
  'a folder with hidden names': {
    share: '/docs',
    layer: (storage) => hidingStorage(['*.hidden'], storage),
  },
  'a folder with both': {
    share: '/docs',
    layer: (storage) => hidingStorage(['*.hidden'], limitedStorage(storage, 1e9)),
  },
};

async function layeredSite(t: TestContext, layer: Layer): Promise<DavSite> {
  const site = await davSite(t);
  const files = layer(new LocalStorage(site.folder, { ...localOptions, durability: 'full' }));
  return new DavSite(site.folder, files, site.attic, site);
}

/** Every file's content in a share, by path. */
async function contents(storage: DavStorage, path = inShare('/')): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const batch of storage.list(path)) {
    for (const { name, stat } of batch) {
      const member = child(path, name);
      assert.ok(member !== undefined);
      if (stat.kind === 'file') found.set(member, await textAt(storage, member));
      else for (const [below, text] of await contents(storage, member)) found.set(below, text);
    }
  }
  return found;
}

for (const [what, { share, layer }] of Object.entries(layers)) {
  describe(`In ${what}`, () => {
    test('of two folders that are moved onto each other at once one wins, and nothing of it is lost', async (t) => {
      const site = await layeredSite(t, layer);
      for (let round = 0; round < 10; round += 1) {
        const [a, b] = [`${share}/a${round}`, `${share}/b${round}`];
        await site.mkcol(a, b, `${a}/in`, `${b}/in`);
        await site.put(`${a}/in/file`, 'of a');
        await site.put(`${b}/in/file`, 'of b');
        const [there, back] = await Promise.all([
          site.ask('MOVE', a, { to: b }),
          site.ask('MOVE', b, { to: a }),
        ]);
        const statuses = [there.status, back.status].sort();
        assert.equal(statuses[0], 204);
        assert.ok([404, 409].includes(statuses[1] ?? 0), String(statuses));
        const [winner, loser, text] = there.status === 204 ? [b, a, 'of a'] : [a, b, 'of b'];
        assert.equal(await site.text(`${winner}/in/file`), text);
        assert.equal(await site.kind(loser), undefined);
      }
      assert.deepEqual(site.hidden(), []);
    });

    test('files that are moved onto each other, and folders into each other, are not lost either', async (t) => {
      const site = await layeredSite(t, layer);
      await site.put(`${share}/one`, '1');
      await site.put(`${share}/two`, '2');
      const files = await Promise.all([
        site.ask('MOVE', `${share}/one`, { to: `${share}/two` }),
        site.ask('MOVE', `${share}/two`, { to: `${share}/one` }),
      ]);
      assert.equal(files.filter(({ status }) => status === 204).length, 1);
      await site.mkcol(`${share}/a`, `${share}/b`);
      await site.put(`${share}/a/file`, 'of a');
      await site.put(`${share}/b/file`, 'of b');
      const folders = await Promise.all([
        site.ask('MOVE', `${share}/a`, { to: `${share}/b/a` }),
        site.ask('MOVE', `${share}/b`, { to: `${share}/a/b` }),
      ]);
      assert.equal(folders.filter(({ status }) => status === 201).length, 1);
      const texts = [...(await contents(site[share === '/docs' ? 'docs' : 'attic'])).values()];
      assert.ok(texts.includes('of a') && texts.includes('of b'));
    });

    test('whatever is changed at once, each content is somewhere unless it was overwritten or removed', async (t) => {
      const names = ['a', 'b', 'a/x', 'b/x', 'a/y', 'c'];
      const path = fc.constantFrom(...names.map((name) => `${share}/${name}`));
      const change = fc.oneof(
        fc.record({ method: fc.constant('MOVE'), path, to: path }),
        fc.record({ method: fc.constant('COPY'), path, to: path }),
        fc.record({ method: fc.constant('DELETE'), path }),
        fc.record({ method: fc.constant('PUT'), path: path.map((folder) => `${folder}/put`) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 5 }), async (changes) => {
          const site = await layeredSite(t, layer);
          await site.mkcol(...['a', 'b', 'a/x', 'b/x'].map((name) => `${share}/${name}`));
          const put = new Map<string, string>();
          for (const folder of ['a', 'b', 'a/x', 'b/x']) {
            const file = `${share}/${folder}/file`;
            await site.put(file, `content of ${file}`);
            put.set(file, `content of ${file}`);
          }
          const done = await Promise.all(
            changes.map(async ({ method, path: from, ...rest }, index) => {
              const body = method === 'PUT' ? { body: `put ${index}` } : {};
              const { status } = await site.ask(method, from, { ...rest, ...body });
              assert.ok(status < 500, `${method} ${from}: ${status}`);
              if (method === 'PUT' && status < 300) put.set(`${from} by ${index}`, `put ${index}`);
              return { method, from, to: 'to' in rest ? rest.to : undefined, status };
            }),
          );
          const storage = site[share === '/docs' ? 'docs' : 'attic'];
          const kept = new Set((await contents(storage)).values());
          // Only what succeeded may have taken anything away: what it removed, replaced, or was put over.
          const takers = done.filter(({ method, status }) => status < 300 && method !== 'COPY');
          const replacers = done.filter(({ to, status }) => to !== undefined && status < 300);
          const nothingTaken = !takers.some(({ method }) => method === 'DELETE' || method === 'PUT');
          const nothingReplaced = replacers.every(({ status }) => status !== 204);
          for (const [file, text] of put) {
            if (kept.has(text)) continue;
            assert.ok(!(nothingTaken && nothingReplaced), `${file} is lost: ${JSON.stringify(done)}`);
          }
          assert.deepEqual(site.hidden(), []);
        }),
        { numRuns: 15 },
      );
    });
  });
}

test('what waits for a change whose client has gone comes to its turn', async (t) => {
  const site = await davSite(t);
  await site.mkcol('/docs/a', '/docs/b');
  for (let index = 0; index < 100; index += 1) await site.put(`/docs/a/${index}`);
  const gone = new AbortController();
  const copy = site.ask('COPY', '/docs/a', { to: '/docs/b', signal: gone.signal });
  const removal = site.ask('DELETE', '/docs/b');
  gone.abort();
  assert.equal((await copy).status, 400);
  assert.equal((await removal).status, 204);
});

test('a file that is put into a folder while that is moved member by member is never lost', async (t) => {
  const site = await davSite(t);
  site.docs.cannotRename = true;
  await site.mkcol('/docs/a');
  for (let index = 0; index < 50; index += 1) await site.put(`/docs/a/${index}`);
  const move = site.ask('MOVE', '/docs/a', { to: '/docs/b' });
  const puts: Promise<readonly [name: string, status: number]>[] = [];
  for (let index = 0; index < 50; index += 1) {
    const name = `new ${index}`;
    puts.push(
      site.ask('PUT', `/docs/a/${name}`, { body: name }).then(({ status }) => [name, status] as const),
    );
  }
  assert.equal((await move).status, 201);
  let acknowledged = 0;
  for (const [name, status] of await Promise.all(puts)) {
    assert.ok(status === 201 || status === 409, String(status));
    if (status !== 201) continue;
    acknowledged += 1;
    assert.equal((await site.text(`/docs/b/${name}`)) ?? (await site.text(`/docs/a/${name}`)), name);
  }
  t.diagnostic(`${acknowledged} of 50 came in time`);
});

test('a copy keeps nobody from removing, moving and putting what it is made of', async (t) => {
  const site = await davSite(t);
  await site.mkcol('/docs/a', '/docs/a/in');
  for (let index = 0; index < 20; index += 1) await site.put(`/docs/a/${index}`);
  await site.put('/docs/a/in/file');
  let reached: () => void = () => undefined;
  const copying = new Promise<void>((resolve) => (reached = resolve));
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const copyFile = site.docs.copyFile.bind(site.docs);
  site.docs.copyFile = async (from, to) => {
    reached();
    await held;
    return copyFile(from, to);
  };
  const copies = Array.from({ length: 4 }, (_, index) =>
    site.ask('COPY', '/docs/a', { to: `/docs/copy${index}`, as: 'bob' }),
  );
  await copying;
  // They are over while the copies are still at their first file.
  assert.equal((await site.ask('MOVE', '/docs/a/1', { to: '/docs/a/moved' })).status, 201);
  assert.equal((await site.ask('DELETE', '/docs/a/in')).status, 204);
  assert.equal((await site.ask('DELETE', '/docs/a/2')).status, 204);
  assert.equal((await site.ask('MOVE', '/docs/a', { to: '/docs/b' })).status, 201);
  goOn();
  for (const { status } of await Promise.all(copies))
    assert.ok(status === 207 || status === 404, String(status));
  assert.equal(await site.kind('/docs/b'), 'collection');
});

test('a user goes through few trees at once, and the rest waits or is told to come back', async (t) => {
  const site = await davSite(t);
  site.treeSlots = treeSlots({ most: 3, mostOfOne: 2, waitingOfOne: 1 });
  await site.mkcol('/docs/a', '/docs/other');
  await site.put('/docs/a/file');
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const copyFile = site.docs.copyFile.bind(site.docs);
  let running = 0;
  site.docs.copyFile = async (from, to) => {
    running += 1;
    await held;
    return copyFile(from, to);
  };
  const copies = Array.from({ length: 5 }, (_, index) =>
    site.ask('COPY', '/docs/a', { to: `/docs/copy${index}`, as: 'bob' }),
  );
  const refused = await Promise.race(copies);
  assert.equal(refused.status, 503);
  assert.ok(refused.header('Retry-After') !== undefined);
  assert.equal((await site.ask('DELETE', '/docs/other')).status, 204, 'another user has room');
  assert.equal((await site.ask('MOVE', '/docs/a/file', { to: '/docs/a/renamed', as: 'bob' })).status, 201);
  assert.ok(running <= 2, String(running));
  goOn();
  const statuses = (await Promise.all(copies)).map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 503).length, 2, String(statuses));
});
