import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { v2 } from 'webdav-server';
import { Failure, isFailure } from '../../src/failure.js';
import type { SharePath } from '../../src/http/target.js';
import { limitedStorage, type LimitedStorage } from '../../src/storage/limited-storage.js';
import { ModuleStorage } from '../../src/storage/module/module-storage.js';
import type { DavStorage, Entry } from '../../src/storage/storage.js';
import { bodyOf, brokenBody, namesIn, openBody, textAt } from '../contracts/bodies.js';
import { failing } from '../contracts/failing.js';
import { inShare } from '../helpers/paths.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { Refusing } from '../dav/refusing.js';
import { localStorage } from './local-setting.js';

const full = (error: unknown): true => {
  failing('insufficient-storage')(error);
  assert.ok(isFailure(error) && error.condition === 'quota-not-exceeded');
  return true;
};

const used = async (storage: DavStorage): Promise<number | undefined> => (await storage.space())?.used;

/** All bytes of a storage, links apart, counted the plain way. */
async function bytesBelow(storage: DavStorage, path = '/'): Promise<number> {
  let bytes = 0;
  for await (const batch of storage.list(inShare(path))) {
    for (const { name, stat } of batch) {
      bytes += stat.kind === 'file' ? stat.size : await bytesBelow(storage, `${path}/${name}`);
    }
  }
  return bytes;
}

const kinds: readonly [string, (t: TestContext) => DavStorage][] = [
  ['a folder', (t) => localStorage(t).storage],
  ['a module', (t) => new ModuleStorage(new v2.VirtualFileSystem(), temporaryFolder(t))],
];

for (const [kind, open] of kinds) {
  describe(`A quota of 100 bytes on ${kind}`, () => {
    const limited = (t: TestContext): LimitedStorage => limitedStorage(open(t), 100);

    test('takes 100 bytes and not 101', async (t) => {
      const storage = limited(t);
      await storage.write(inShare('/file'), bodyOf('x'.repeat(100)));
      assert.deepEqual(await storage.space(), { used: 100, available: 0 });
      await assert.rejects(storage.write(inShare('/other'), bodyOf('x')), full);
      await assert.rejects(storage.copyFile(inShare('/file'), inShare('/other')), full);
      await storage.write(inShare('/empty'), bodyOf());
      assert.deepEqual(await namesIn(storage, '/'), ['empty', 'file']);
    });

    test('is refused by the announced length, before a byte is read', async (t) => {
      const storage = limited(t);
      const body = openBody();
      await assert.rejects(storage.write(inShare('/file'), body, { length: 101 }), full);
      assert.equal(body.destroyed, false);
    });

    test('is refused while an unannounced body streams, and nothing is kept', async (t) => {
      const storage = limited(t);
      await storage.write(inShare('/file'), bodyOf('old'));
      const body = openBody();
      const writing = storage.write(inShare('/file'), body);
      body.push('x'.repeat(60));
      body.push('x'.repeat(60));
      await assert.rejects(writing, full);
      assert.equal(await textAt(storage, '/file'), 'old');
      assert.equal(await used(storage), 3);
    });

    test('counts a replaced file once', async (t) => {
      const storage = limited(t);
      for (const size of [100, 100, 40, 100]) {
        await storage.write(inShare('/file'), bodyOf('x'.repeat(size)), { length: size });
        assert.equal(await used(storage), size);
      }
    });

    test('gives back what is removed, replaced by a move, or set aside', async (t) => {
      const storage = limited(t);
      await storage.makeCollection(inShare('/folder'));
      await storage.write(inShare('/folder/a'), bodyOf('x'.repeat(50)));
      await storage.write(inShare('/folder/b'), bodyOf('x'.repeat(50)));
      if (await storage.rename(inShare('/folder/a'), inShare('/folder/b'))) {
        assert.equal(await used(storage), 50);
      }
      const aside = await storage.setAside(inShare('/folder'));
      if (aside) {
        assert.equal(await used(storage), 0);
        await aside.putBack();
        assert.equal(await used(storage), 50);
        await (await storage.setAside(inShare('/folder')))?.discard();
      } else {
        for (const name of ['a', 'b']) await storage.remove(inShare(`/folder/${name}`));
      }
      assert.equal(await used(storage), 0);
    });

    test('reserves for what is on its way, and lets go of what breaks off', async (t) => {
      const storage = limited(t);
      const body = openBody();
      const slow = storage.write(inShare('/slow'), body, { length: 60 });
      await new Promise((resolve) => setImmediate(resolve));
      await assert.rejects(storage.write(inShare('/other'), bodyOf('x'.repeat(60))), full);
      body.destroy(new Error('gone'));
      await assert.rejects(slow, failing('malformed'));
      await assert.rejects(
        storage.write(inShare('/other'), brokenBody('x'.repeat(60))),
        failing('malformed'),
      );
      await storage.write(inShare('/other'), bodyOf('x'.repeat(100)));
    });

    test('holds against writers at the same time: as many win as there is room for', async (t) => {
      const storage = limited(t);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => storage.write(inShare(`/${index}`), bodyOf('x'.repeat(9)))),
      );
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 11);
      assert.equal(await bytesBelow(storage), 99);
      assert.equal(await used(storage), 99);
    });

    const racing: readonly [string, (storage: LimitedStorage) => Promise<unknown>[]][] = [
      [
        'a copy over it and its removal',
        (s) => [
          s.copyFile(inShare('/folder/small'), inShare('/folder/large')),
          s.remove(inShare('/folder/large')),
        ],
      ],
      [
        'a write over it and its removal',
        (s) => [s.write(inShare('/folder/large'), bodyOf('x')), s.remove(inShare('/folder/large'))],
      ],
      [
        'two moves over it',
        (s) => [
          s.rename(inShare('/folder/small'), inShare('/folder/large')),
          s.rename(inShare('/folder/tiny'), inShare('/folder/large')),
        ],
      ],
      ['its removal, twice', (s) => [s.remove(inShare('/folder/large')), s.remove(inShare('/folder/large'))]],
      [
        'its removal and that of its folder',
        (s) => [s.setAside(inShare('/folder')), s.remove(inShare('/folder/large'))],
      ],
      [
        'the removal of its folder and a copy over it',
        (s) => [s.copyFile(inShare('/small'), inShare('/folder/large')), s.setAside(inShare('/folder'))],
      ],
    ];
    for (const [what, changes] of racing) {
      test(`counts a file once in the middle of ${what}`, async (t) => {
        const storage = limited(t);
        await storage.makeCollection(inShare('/folder'));
        for (const [name, size] of [
          ['/folder/large', 80],
          ['/folder/small', 2],
          ['/folder/tiny', 1],
          ['/small', 3],
        ] as const) {
          await storage.write(inShare(name), bodyOf('x'.repeat(size)));
        }
        await Promise.allSettled(changes(storage));
        assert.equal(await used(storage), await bytesBelow(storage));
      });
    }

    test('agrees with what is there after any sequence of changes, also at the same time', async (t) => {
      const name = fc.constantFrom('/a', '/b', '/c', '/folder/a', '/folder/b');
      const change = fc.oneof(
        fc.record({ kind: fc.constant('write' as const), to: name, size: fc.nat(60) }),
        fc.record({ kind: fc.constantFrom('copy' as const, 'rename' as const), from: name, to: name }),
        fc.record({ kind: fc.constantFrom('remove' as const, 'aside' as const), to: name }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 12 }), async (rounds) => {
          const storage = limited(t);
          await storage.makeCollection(inShare('/folder')).catch(() => undefined);
          for (const round of rounds) {
            // At the same time only what no two programs could do to one name with any result at all.
            const touched = new Set<string>();
            const together = round.filter((one) => {
              const names = 'from' in one ? [one.from, one.to] : [one.to];
              if (names.some((path) => touched.has(path))) return false;
              for (const path of names) touched.add(path);
              return true;
            });
            await Promise.allSettled(together.map((one) => apply(storage, one)));
            assert.equal(await used(storage), await bytesBelow(storage));
            assert.ok((await bytesBelow(storage)) <= 100);
          }
        }),
        { numRuns: 40 },
      );
    });
  });
}

type Change =
  | { readonly kind: 'write'; readonly to: string; readonly size: number }
  | { readonly kind: 'copy' | 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove' | 'aside'; readonly to: string };

async function apply(storage: DavStorage, change: Change): Promise<unknown> {
  const to = inShare(change.to);
  switch (change.kind) {
    case 'write':
      return storage.write(to, bodyOf('x'.repeat(change.size)));
    case 'copy':
      return storage.copyFile(inShare(change.from), to);
    case 'rename':
      return storage.rename(inShare(change.from), to);
    case 'remove':
      return storage.remove(to);
    case 'aside':
      return (await storage.setAside(to))?.discard();
  }
}

describe('A quota on a folder that is not empty', () => {
  test('counts what is there at the start, links where they lead, and takes less where it is over', async (t) => {
    const { folder, storage: inner } = localStorage(t);
    mkdirSync(join(folder, 'deep/er'), { recursive: true });
    writeFileSync(join(folder, 'deep/er/file'), 'x'.repeat(150));
    symlinkSync('deep', join(folder, 'link'));
    symlinkSync('deep/er/file', join(folder, 'file link'));
    const storage = limitedStorage(inner, 100);
    assert.deepEqual(await storage.space(), { used: 150, available: 0 });
    await storage.remove(inShare('/file link'));
    assert.equal(await used(storage), 150);
    await storage.write(inShare('/deep/er/file'), bodyOf('x'.repeat(120)));
    assert.equal(await used(storage), 120);
    await assert.rejects(storage.write(inShare('/new'), bodyOf('x')), full);
    await storage.remove(inShare('/deep/er/file'));
    await storage.write(inShare('/new'), bodyOf('x'));
    assert.equal(await used(storage), 1);
  });
});

/** A storage whose disk does not answer for a while. */
class Unreadable extends Refusing {
  broken = true;

  override list(path: SharePath): AsyncIterable<readonly Entry[]> {
    if (this.broken) throw new Failure('internal', 'The disk does not answer.');
    return super.list(path);
  }
}

test('what is there is counted again where that failed', async (t) => {
  const { storage } = localStorage(t);
  await storage.write(inShare('/old'), bodyOf('x'.repeat(60)));
  const inner = new Unreadable(storage);
  const limited = limitedStorage(inner, 100);
  await assert.rejects(limited.write(inShare('/new'), bodyOf('x'.repeat(30))), failing('internal'));
  inner.broken = false;
  await limited.write(inShare('/new'), bodyOf('x'.repeat(30)));
  assert.equal(await used(limited), 90);
  await assert.rejects(limited.write(inShare('/more'), bodyOf('x'.repeat(30))), full);
});
