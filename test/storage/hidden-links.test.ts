import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { inShare } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { localOptions } from './local-setting.js';

test('where links are hidden, none is followed, also inside the root and in an ancestor', async (t) => {
  const root = temporaryFolder(t);
  mkdirSync(join(root, 'secret'));
  writeFileSync(join(root, 'secret/file'), 'secret');
  mkdirSync(join(root, 'public'));
  symlinkSync('../secret', join(root, 'public/folder'));
  symlinkSync('../secret/file', join(root, 'public/file'));
  for (const [links, seen] of [
    ['hidden', 0],
    ['followed', 2],
  ] as const) {
    const storage = new LocalStorage(root, { ...localOptions, links });
    let listed = 0;
    for await (const batch of storage.list(inShare('/public'))) listed += batch.length;
    assert.equal(listed, seen);
    for (const path of ['/public/folder', '/public/folder/file', '/public/file']) {
      assert.equal((await storage.stat(inShare(path))) !== undefined, seen > 0, path);
    }
    assert.equal((await storage.stat(inShare('/secret/file')))?.kind, 'file');
  }
});
