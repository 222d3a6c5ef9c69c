import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { byDescriptor, type Reach } from '../../src/storage/local/held.js';
import { LocalStorage } from '../../src/storage/local/local-storage.js';
import { isFailure } from '../../src/failure.js';
import { outcomeOf } from '../clients/helpers/programs.js';
import { bodyOf, namesIn, textAt } from '../contracts/bodies.js';
import { openBelow } from '../contracts/descriptors.js';
import { failing } from '../contracts/failing.js';
import { inShare } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { localOptions } from './local-setting.js';

interface Folding {
  readonly folder: string;
  readonly reach?: Reach;
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase().replace(/\.$/, '').replaceAll('\u200d', '');
}

/** What a path leads to where spellings make no difference. */
function respelled(path: string): string {
  if (path === '/') return path;
  const folder = respelled(dirname(path));
  const name = basename(path);
  try {
    const names = readdirSync(folder);
    return join(
      folder,
      names.find((other) => other === name) ?? names.find((other) => folded(other) === folded(name)) ?? name,
    );
  } catch {
    return join(folder, name);
  }
}

/** As ext4 with casefold, FAT and FUSE do it: what was looked up has the name by which it was. */
const folding: Reach = {
  hold: (path, lastLink) => {
    const held = byDescriptor.hold(respelled(path), lastLink);
    if (!held) return undefined;
    const real = join(dirname(held.real), basename(path));
    return path.startsWith('/proc/') && /\d$/.test(path)
      ? held
      : Object.defineProperty(held, 'real', { value: real });
  },
  isThere: (path) => lstatSync(respelled(path), { throwIfNoEntry: false }) !== undefined,
  isMissing: (path) => lstatSync(respelled(path), { throwIfNoEntry: false }) === undefined,
  isAsked: (real, asked) => real === asked,
};

/** A real one: exFAT, by FUSE. Undefined where nothing may be mounted. */
async function mounted(t: TestContext): Promise<Folding | undefined> {
  const undone: (readonly [string, ...string[]])[] = [];
  // Before the folder goes.
  t.after(async () => {
    for (const [program, ...args] of undone.reverse()) await outcomeOf(program, args);
  });
  const work = temporaryFolder(t);
  const [image, folder] = [join(work, 'image'), join(work, 'mounted')];
  mkdirSync(folder);
  writeFileSync(image, '');
  truncateSync(image, 8 * 1024 * 1024);
  if ((await outputOf('mkfs.exfat', image)) === undefined) return undefined;
  const device = (await outputOf('losetup', '-f', '--show', image))?.trim();
  if (device === undefined) return undefined;
  undone.push(['losetup', '-d', device]);
  if ((await outputOf('mount.exfat-fuse', device, folder)) === undefined) return undefined;
  undone.push(['umount', folder]);
  return { folder };
}

/** What a program prints; undefined where it fails or there is none, as for whoever is not root. */
async function outputOf(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { code, out } = await outcomeOf(program, args);
    return code === 0 ? out : undefined;
  } catch {
    return undefined;
  }
}

const settings: readonly (readonly [string, (t: TestContext) => Promise<Folding>])[] = [
  ['that looks names up so', (t) => Promise.resolve({ folder: temporaryFolder(t), reach: folding })],
  [
    'of exFAT, where it can be mounted',
    async (t) => {
      const real = await mounted(t);
      t.diagnostic(real ? 'exFAT is mounted' : 'nothing can be mounted here');
      return real ?? { folder: temporaryFolder(t), reach: folding };
    },
  ],
];

for (const [what, open] of settings) {
  describe(`in a folder ${what}, where letter case makes no difference`, () => {
    const setting = async (t: TestContext) => {
      const { folder, reach } = await open(t);
      mkdirSync(join(folder, 'secret'));
      writeFileSync(join(folder, 'secret/File.txt'), 'secret');
      writeFileSync(join(folder, 'Open.txt'), 'open');
      const storage = new LocalStorage(folder, { ...localOptions, ...(reach ? { reach } : {}) });
      return { folder, storage };
    };

    test('what is spelled as it is is there', async (t) => {
      const { folder, storage } = await setting(t);
      assert.deepEqual(await namesIn(storage, '/'), ['Open.txt', 'secret']);
      assert.deepEqual(await namesIn(storage, '/secret'), ['File.txt']);
      for (let count = 0; count < 3; count += 1) {
        assert.equal(await textAt(storage, '/secret/File.txt'), 'secret');
        assert.equal((await storage.stat(inShare('/secret')))?.kind, 'collection');
        await storage.write(inShare('/secret/File.txt'), bodyOf('secret'));
        await storage.write(inShare(`/new-${count}`), bodyOf('new'));
      }
      await storage.remove(inShare('/secret/File.txt'));
      await storage.remove(inShare('/secret'));
      assert.deepEqual(openBelow(folder), []);
    });

    for (const path of ['/SECRET', '/Secret/File.txt', '/secret/FILE.TXT', '/open.txt', '/OPEN.TXT']) {
      test(`${path} is not there`, async (t) => {
        const { folder, storage } = await setting(t);
        for (const known of [false, true]) {
          if (known) for (const name of ['/Open.txt', '/secret/File.txt']) await textAt(storage, name);
          const asked = inShare(path);
          assert.equal(await storage.stat(asked), undefined);
          await assert.rejects(storage.open(asked), failing('not-found'));
          await assert.rejects(namesIn(storage, path), failing('not-found'));
          await assert.rejects(storage.remove(asked), failing('not-found'));
          await assert.rejects(storage.setModified(asked, 0), failing('not-found'));
          await assert.rejects(storage.rename(asked, inShare('/got')), failing('not-found'));
          await assert.rejects(storage.copyFile(asked, inShare('/got')), failing('not-found'));
        }
        assert.deepEqual(readdirSync(folder).sort(), ['Open.txt', 'secret']);
        assert.deepEqual(openBelow(folder), []);
      });

      test(`${path} cannot be made`, async (t) => {
        const { folder, storage } = await setting(t);
        await storage.write(inShare('/other'), bodyOf('other'));
        await storage.makeCollection(inShare('/folder'));
        const refused = (error: unknown): boolean => isFailure(error, 'conflict', 'parent-missing');
        const asked = inShare(path);
        await assert.rejects(storage.write(asked, bodyOf('x')), refused);
        await assert.rejects(storage.copyFile(inShare('/other'), asked), refused);
        await assert.rejects(storage.makeCollection(asked), refused);
        await assert.rejects(storage.rename(inShare('/other'), asked), refused);
        await assert.rejects(storage.rename(inShare('/folder'), asked), refused);
        await assert.rejects(storage.setAside(asked), refused);
        storage.close();
        assert.deepEqual(readdirSync(folder).sort(), ['Open.txt', 'folder', 'other', 'secret']);
        assert.equal(await textAt(storage, '/secret/File.txt'), 'secret');
        assert.equal(await textAt(storage, '/Open.txt'), 'open');
      });
    }

    for (const name of ['.DAVGATE-staging', '.Davgate-x', '.dav\u200dGate-STAGING']) {
      test(`${name} is as reserved as it would be in small letters`, async (t) => {
        const { folder, storage } = await setting(t);
        for (let count = 0; count < 2; count += 1) {
          const asked = inShare(`/${name}`);
          await assert.rejects(storage.makeCollection(asked), failing('forbidden'));
          await assert.rejects(storage.write(asked, bodyOf('x')), failing('forbidden'));
          await assert.rejects(storage.copyFile(inShare('/Open.txt'), asked), failing('forbidden'));
          await assert.rejects(storage.rename(inShare('/Open.txt'), asked), failing('forbidden'));
          await assert.rejects(
            storage.write(inShare(`/${name}/got`), bodyOf('x')),
            failing('parent-missing'),
          );
          assert.equal(await storage.stat(asked), undefined);
          // From now on there is a folder of davgate's own.
          await storage.write(inShare('/file'), bodyOf('x'));
        }
        storage.close();
        assert.deepEqual(readdirSync(folder).sort(), ['Open.txt', 'file', 'secret']);
      });
    }

    test('a name can be spelled anew', async (t) => {
      const { folder, storage } = await setting(t);
      assert.equal(await storage.rename(inShare('/Open.txt'), inShare('/OPEN.txt')), true);
      assert.equal(await textAt(storage, '/OPEN.txt'), 'open');
      assert.equal(await storage.stat(inShare('/Open.txt')), undefined);
      assert.deepEqual(readdirSync(folder).sort(), ['OPEN.txt', 'secret']);
    });
  });
}
