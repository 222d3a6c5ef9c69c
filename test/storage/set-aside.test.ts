import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { replacing } from '../../src/dav/replacing.js';
import { hidingStorage } from '../../src/storage/hiding-storage.js';
import { limitedStorage } from '../../src/storage/limited-storage.js';
import type { DavStorage } from '../../src/storage/storage.js';
import { bodyOf } from '../contracts/bodies.js';
import { openBelow } from '../contracts/descriptors.js';
import { inShare, onServer } from '../helpers/paths.js';
import { localOptions, localStorage } from './local-setting.js';

const layers: readonly (readonly [string, (inner: DavStorage) => DavStorage])[] = [
  ['a folder', (inner) => inner],
  ['a folder with a quota', (inner) => limitedStorage(inner, 1_000_000)],
  ['a folder with hidden names', (inner) => hidingStorage([], inner)],
];

for (const durability of ['full', 'relaxed'] as const) {
  for (const [what, layer] of layers) {
    for (const kind of ['file', 'collection'] as const) {
      // Where names are hidden a collection is not set aside at all.
      if (kind === 'collection' && what === 'a folder with hidden names') continue;
      test(`what replaces a ${kind} in ${what}, ${durability}, comes before anybody has a turn to see it gone`, async (t) => {
        const local = localStorage(t, { ...localOptions, durability });
        const storage = layer(local.storage);
        const [from, to] = [inShare('/from'), inShare('/to')];
        for (const path of [from, to]) {
          if (kind === 'collection') await storage.makeCollection(path);
          await storage.write(kind === 'file' ? path : inShare(`${path}/member`), bodyOf(path));
        }
        const member = join(local.folder, kind === 'file' ? 'to' : 'to/member');
        const looking = { over: false, turns: 0, gone: 0 };
        const look = (): void => {
          looking.turns += 1;
          if (!existsSync(member)) looking.gone += 1;
          if (!looking.over) setImmediate(look);
        };
        look();
        const place = { storage, base: onServer('/'), path: to };
        const { failures } = await replacing(place, await storage.stat(to), 'at once', async () => {
          assert.equal(await storage.rename(from, to), true);
          return { failures: [], renamed: true };
        });
        looking.over = true;
        assert.deepEqual(failures, []);
        assert.ok(looking.turns > 1);
        assert.equal(looking.gone, 0);
        assert.equal(readFileSync(member, 'utf8'), '/from');
        local.storage.close();
        assert.deepEqual(readdirSync(local.folder), ['to']);
        assert.deepEqual(openBelow(local.folder), []);
      });
    }
  }
}
