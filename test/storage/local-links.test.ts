import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { bodyOf, namesIn, textAt } from '../contracts/bodies.js';
import { failing } from '../contracts/failing.js';
import { inShare } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { checking } from '../contracts/checking.js';
import { localOptions } from './local-setting.js';

/** A share with a file and a folder in it, beside a folder that the share must not reach. */
function linked(t: TestContext) {
  const folder = temporaryFolder(t);
  const root = join(folder, 'share');
  // Its name begins with the share's: a prefix check without a separator would take it in.
  const outside = join(folder, 'share-outside');
  for (const made of [root, outside, join(root, 'folder')]) mkdirSync(made);
  writeFileSync(join(root, 'file'), 'inside');
  writeFileSync(join(root, 'folder/member'), 'member');
  writeFileSync(join(outside, 'secret'), 'secret');
  const link = (target: string, name: string): void => {
    symlinkSync(target, join(root, name));
  };
  return { root, outside, link, storage: new LocalStorage(root, localOptions) };
}

describe('a symbolic link that ends inside the share', () => {
  test('is the file that it leads to', async (t) => {
    const { root, storage, link } = linked(t);
    link('file', 'relative');
    link(join(root, 'folder/member'), 'absolute');
    link('relative', 'twice');
    assert.equal(await textAt(storage, '/relative'), 'inside');
    assert.equal(await textAt(storage, '/absolute'), 'member');
    assert.equal(await textAt(storage, '/twice'), 'inside');
    assert.deepEqual(await namesIn(storage, '/'), ['absolute', 'file', 'folder', 'relative', 'twice']);
    assert.deepEqual(await storage.stat(inShare('/twice')), await storage.stat(inShare('/file')));
  });

  test('is the folder that it leads to', async (t) => {
    const { storage, link } = linked(t);
    link('folder', 'linked');
    assert.equal((await storage.stat(inShare('/linked')))?.kind, 'collection');
    assert.deepEqual(await namesIn(storage, '/linked'), ['member']);
    assert.equal(await textAt(storage, '/linked/member'), 'member');
    await storage.write(inShare('/linked/new'), bodyOf('new'));
    assert.equal(await textAt(storage, '/folder/new'), 'new');
  });

  test('stays a link when its file is written', async (t) => {
    const { root, storage, link } = linked(t);
    link('folder/member', 'link');
    const { created, stat } = await storage.write(inShare('/link'), bodyOf('written'));
    assert.equal(created, false);
    assert.equal(readlinkSync(join(root, 'link')), 'folder/member');
    assert.equal(readFileSync(join(root, 'folder/member'), 'utf8'), 'written');
    assert.deepEqual(await storage.stat(inShare('/folder/member')), stat);
    await storage.copyFile(inShare('/file'), inShare('/link'));
    assert.equal(readlinkSync(join(root, 'link')), 'folder/member');
    assert.equal(readFileSync(join(root, 'folder/member'), 'utf8'), 'inside');
  });

  test('goes alone when it is removed', async (t) => {
    const { root, storage, link } = linked(t);
    link('file', 'to file');
    link('folder', 'to folder');
    await storage.remove(inShare('/to file'));
    await storage.remove(inShare('/to folder'));
    assert.deepEqual(readdirSync(root).sort(), ['file', 'folder']);
    assert.equal(await textAt(storage, '/folder/member'), 'member');
  });

  test('is moved itself', async (t) => {
    const { root, storage, link } = linked(t);
    link('folder', 'link');
    assert.equal(await storage.rename(inShare('/link'), inShare('/moved')), true);
    assert.equal(readlinkSync(join(root, 'moved')), 'folder');
    assert.ok(lstatSync(join(root, 'folder')).isDirectory());
  });

  test('is there already for makeCollection, and a folder behind it is no file to write', async (t) => {
    const { storage, link } = linked(t);
    link('folder', 'link');
    await assert.rejects(storage.makeCollection(inShare('/link')), failing('method-not-allowed'));
    await assert.rejects(storage.write(inShare('/link'), bodyOf('x')), failing('method-not-allowed'));
  });
});

describe('a symbolic link that leads outside or nowhere', () => {
  const kinds: readonly [string, (setting: ReturnType<typeof linked>) => string][] = [
    ['to a file outside', ({ outside }) => join(outside, 'secret')],
    ['to a folder outside', ({ outside }) => outside],
    ['up and out', () => '../share-outside/secret'],
    ['to the folder above', () => '..'],
    ['out and in again', () => '../share-outside/back'],
    ['to nothing', () => 'nothing'],
    ['to nothing outside', () => '../share-outside/nothing'],
    ['to itself', () => 'link'],
    ['to a device', () => '/dev/zero'],
  ];
  for (const [what, target] of kinds) {
    test(`${what} is not there, and nothing is written through it`, async (t) => {
      const setting = linked(t);
      const { root, outside, storage, link } = setting;
      symlinkSync(target(setting) === '../share-outside/back' ? '/proc/self' : root, join(outside, 'back'));
      link(target(setting), 'link');
      assert.equal(await storage.stat(inShare('/link')), undefined);
      assert.equal(await storage.stat(inShare('/link/secret')), undefined);
      assert.deepEqual(await namesIn(storage, '/'), ['file', 'folder']);
      await assert.rejects(storage.open(inShare('/link')), failing('not-found'));
      await assert.rejects(namesIn(storage, '/link'), failing('not-found'));
      await assert.rejects(storage.write(inShare('/link'), bodyOf('x')), failing('forbidden'));
      await assert.rejects(storage.copyFile(inShare('/file'), inShare('/link')), failing('forbidden'));
      await assert.rejects(storage.copyFile(inShare('/link'), inShare('/copy')), failing('not-found'));
      await assert.rejects(storage.rename(inShare('/link'), inShare('/moved')), failing('not-found'));
      await assert.rejects(storage.remove(inShare('/link')), failing('not-found'));
      await assert.rejects(storage.makeCollection(inShare('/link')), failing('method-not-allowed'));
      assert.deepEqual(readdirSync(outside).sort(), ['back', 'secret']);
      assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), 'secret');
    });
  }

  test('in an ancestor hides all below it', async (t) => {
    const { outside, storage, link } = linked(t);
    mkdirSync(join(outside, 'deep'));
    writeFileSync(join(outside, 'deep/secret'), 'secret');
    link('../share-outside', 'link');
    for (const path of ['/link/secret', '/link/deep', '/link/deep/secret']) {
      assert.equal(await storage.stat(inShare(path)), undefined, path);
      await assert.rejects(storage.open(inShare(path)), failing('not-found'));
      await assert.rejects(storage.remove(inShare(path)), failing('not-found'));
      await assert.rejects(storage.write(inShare(path), bodyOf('x')), failing('parent-missing'));
      await assert.rejects(storage.makeCollection(inShare(`${path}-new`)), failing('parent-missing'));
      await assert.rejects(storage.copyFile(inShare('/file'), inShare(path)), failing('parent-missing'));
      await assert.rejects(storage.rename(inShare('/file'), inShare(path)), failing('parent-missing'));
      await assert.rejects(storage.rename(inShare(path), inShare('/stolen')), failing('not-found'));
    }
    assert.equal(readFileSync(join(outside, 'deep/secret'), 'utf8'), 'secret');
    assert.deepEqual(readdirSync(outside).sort(), ['deep', 'secret']);
  });

  test('is seen although it was a folder a moment ago', async (t) => {
    const { root, outside, storage } = linked(t);
    mkdirSync(join(outside, 'folder'));
    writeFileSync(join(outside, 'folder/member'), 'secret');
    assert.equal(await textAt(storage, '/folder/member'), 'member');
    rmSync(join(root, 'folder'), { recursive: true });
    symlinkSync(join(outside, 'folder'), join(root, 'folder'));
    assert.equal(await storage.stat(inShare('/folder/member')), undefined);
    await assert.rejects(storage.open(inShare('/folder/member')), failing('not-found'));
  });

  test('that appears while the body arrives is replaced, not followed', async (t) => {
    const { root, outside, storage } = linked(t);
    const check = (): void => {
      symlinkSync(join(outside, 'secret'), join(root, 'late'));
    };
    await storage.write(inShare('/late'), bodyOf('mine'), checking(check));
    assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), 'secret');
    assert.equal(await textAt(storage, '/late'), 'mine');
  });
});

describe('links that lead round in a circle', () => {
  test('do not show a collection inside itself', async (t) => {
    const { root, storage, link } = linked(t);
    symlinkSync('../folder', join(root, 'folder/itself'));
    symlinkSync('..', join(root, 'folder/up'));
    mkdirSync(join(root, 'other'));
    symlinkSync('../folder', join(root, 'other/across'));
    symlinkSync('../other', join(root, 'folder/back'));
    link('folder', 'linked');
    assert.deepEqual(await namesIn(storage, '/folder'), ['back', 'member']);
    assert.deepEqual(await namesIn(storage, '/folder/back'), []);
    assert.deepEqual(await namesIn(storage, '/other'), ['across']);
    assert.deepEqual(await namesIn(storage, '/other/across'), ['member']);
    assert.deepEqual(await namesIn(storage, '/linked'), ['back', 'member']);
  });
});

test('a share whose own folder is a link is served where the link led at the start', async (t) => {
  const { root } = linked(t);
  const link = `${root}-link`;
  symlinkSync(root, link);
  const storage = new LocalStorage(link, localOptions);
  renameSync(link, `${link}-gone`);
  assert.equal(existsSync(link), false);
  assert.equal(await textAt(storage, '/file'), 'inside');
});

test('a share without its folder is unavailable', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'file'), 'x');
  assert.throws(() => new LocalStorage(join(folder, 'missing'), localOptions), failing('unavailable'));
  assert.throws(() => new LocalStorage(join(folder, 'file'), localOptions), failing('unavailable'));
});

test('the real names of a link are where it stands and where it leads', async (t) => {
  const { root, storage, link } = linked(t);
  link('folder', 'link');
  assert.deepEqual(await storage.realNames(inShare('/link')), [join(root, 'link'), join(root, 'folder')]);
  assert.deepEqual(await storage.realNames(inShare('/link/member')), [join(root, 'folder/member')]);
  assert.deepEqual(await storage.realNames(inShare('/link/new')), [join(root, 'folder/new')]);
  assert.deepEqual(await storage.realNames(inShare('/')), [root]);
});
