import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { isFailure } from '../../src/failure.js';
import { loadFileSystem } from '../../src/storage/module/file-system-module.js';
import { ModuleStorage } from '../../src/storage/module/module-storage.js';
import { bodyOf, textAt } from '../contracts/bodies.js';
import { inShare } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';

const library = createRequire(import.meta.url).resolve('webdav-server');

/** A folder that holds one module. */
function holding(t: TestContext, file: string, text: string): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'modules'));
  writeFileSync(join(folder, 'modules', file), text.replaceAll('LIBRARY', JSON.stringify(library)));
  return folder;
}

describe('a storage module', () => {
  const good: readonly [string, string, string][] = [
    ['an ES module', 'a.mjs', 'import w from LIBRARY; export default () => new w.v2.VirtualFileSystem();'],
    [
      'one that takes its time',
      'b.mjs',
      'import w from LIBRARY; export default async () => new w.v2.VirtualFileSystem();',
    ],
    [
      'a CommonJS module',
      'c.cjs',
      'const w = require(LIBRARY); module.exports = () => new w.v2.VirtualFileSystem();',
    ],
    [
      'one compiled from an ES module',
      'd.cjs',
      'const w = require(LIBRARY); exports.__esModule = true; exports.default = () => new w.v2.VirtualFileSystem();',
    ],
  ];
  for (const [what, file, text] of good) {
    test(`is ${what}`, async (t) => {
      const folder = holding(t, file, text);
      const files = await loadFileSystem(`./modules/${file}`, folder, {});
      const storage = new ModuleStorage(files, folder);
      await storage.write(inShare('/file'), bodyOf('text'));
      assert.equal(await textAt(storage, '/file'), 'text');
    });
  }

  test('gets its options as they are', async (t) => {
    const text =
      'import w from LIBRARY; export default (o) => Object.assign(new w.v2.VirtualFileSystem(), { got: o });';
    const folder = holding(t, 'options.mjs', text);
    const options = { bucket: 'x', nested: { deep: [1] } };
    const files = await loadFileSystem('./modules/options.mjs', folder, options);
    assert.ok('got' in files);
    assert.deepEqual(files.got, options);
  });

  const bad: readonly [string, string, RegExp][] = [
    ['throws', "export default () => { throw new Error('no bucket'); };", /no bucket/],
    ['rejects', "export default () => Promise.reject(new Error('no net'));", /no net/],
    ['exports nothing', 'export const other = 1;', /default export is not a function/],
    ['exports a value', 'export default 7;', /default export is not a function/],
    ['returns nothing', 'export default () => undefined;', /did not return a webdav-server v2 FileSystem/],
    ['returns something else', 'export default () => ({});', /did not return a webdav-server v2 FileSystem/],
    ['throws nothing', 'export default () => { throw null; };', /could not be loaded: it threw null$/],
    ['throws an object', 'export default () => { throw Object.create(null); };', /it threw /],
    ['throws without words', 'throw new TypeError();', /could not be loaded: TypeError$/],
    ['throws many lines', "throw new Error('one\\ntwo');", /could not be loaded: one$/],
    ['cannot be parsed', 'export default (;', /could not be loaded/],
  ];
  for (const [what, text, message] of bad) {
    test(`that ${what} is unavailable, and why is said`, async (t) => {
      const folder = holding(t, 'bad.mjs', text);
      await assert.rejects(loadFileSystem('./modules/bad.mjs', folder, {}), (error) => {
        assert.ok(isFailure(error, 'unavailable'));
        assert.match(error.message, message);
        assert.match(error.message, /\.\/modules\/bad\.mjs/);
        return true;
      });
    });
  }

  test('that is not there is unavailable, and what to do is said', async (t) => {
    const folder = temporaryFolder(t);
    for (const module of ['./none.mjs', 'no-such-package']) {
      await assert.rejects(loadFileSystem(module, folder, {}), {
        kind: 'unavailable',
        message:
          `The storage module ${module} could not be loaded: Cannot find module '${module}': ` +
          'name a file, relative to the folder of the declaration, or a package that is installed there',
      });
    }
  });

  for (const [what, text] of [
    ['loads', 'await new Promise(() => {});'],
    ['makes a file system', 'export default () => new Promise(() => {});'],
  ] as const) {
    test(`that never ${what} is unavailable`, async (t) => {
      const folder = holding(t, 'hung.mjs', text);
      await assert.rejects(loadFileSystem('./modules/hung.mjs', folder, {}, 20), {
        kind: 'unavailable',
        message: /could not be loaded: it takes longer than 0\.02 s/,
      });
    });
  }
});
