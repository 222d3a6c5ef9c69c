import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { PropertyLimits } from '../../src/dav/properties/limits.js';
import type { PropertyOwner, PropertyStore } from '../../src/dav/properties/property-store.js';
import { SpaceMeter } from '../../src/storage/space-meter.js';
import { failing } from './failing.js';
import { onServer } from '../helpers/paths.js';

type StoreLimits = Omit<PropertyLimits, 'perProperty'>;

/** A share's quota that no file takes anything of. */
export interface QuotaUnderTest {
  readonly share: string;
  readonly meter: SpaceMeter;
}

const generous: StoreLimits = { perResource: 100_000, perUser: 100_000, perShare: 100_000 };
const docs = onServer('/docs');
const attic = onServer('/attic');
const alice: PropertyOwner = { principal: 'alice', share: docs };
const bob: PropertyOwner = { principal: 'bob', share: docs };
const refused = failing('insufficient-storage');

/** 1,000 bytes with its name and a path of `pathBytes`. */
function kilobyte(name: string, pathBytes: number): { name: string; value: string } {
  return { name, value: 'x'.repeat(1000 - name.length - pathBytes) };
}

/** What every PropertyStore must count. `open` gives stores of one empty database, each with a connection of its own. */
export function propertyLimitsContract(
  implementation: string,
  open: (
    t: TestContext,
    limits: StoreLimits,
    number: number,
    quota?: QuotaUnderTest,
  ) => Promise<readonly [PropertyStore, ...PropertyStore[]]>,
): void {
  const put = (store: PropertyStore, path: string, name: string, owner: PropertyOwner) =>
    store.patch(onServer(path), [kilobyte(name, path.length)], owner);

  /** Whether `owner` has room for exactly so many more bytes; nothing is left of the trial. */
  const hasRoomFor = async (store: PropertyStore, bytes: number, owner: PropertyOwner): Promise<boolean> => {
    const path = onServer(`${owner.share}/trial`);
    const value = (length: number) => [{ name: '{}t', value: 'x'.repeat(length - path.length - 3) }];
    await store.patch(path, value(bytes), owner);
    await store.removeTree(path);
    await assert.rejects(store.patch(path, value(bytes + 1), owner), refused);
    return (await store.get(path)).size === 0;
  };

  describe(`${implementation} counts properties`, () => {
    test('of a resource, and refuses one too many as a whole', async (t) => {
      const [store] = await open(t, { ...generous, perResource: 3000 }, 1);
      for (const name of ['{}a', '{}b', '{}c']) await put(store, '/docs/file', name, alice);
      const path = onServer('/docs/file');
      const before = await store.get(path);
      await assert.rejects(put(store, '/docs/file', '{}d', alice), refused);
      const changes = [{ name: '{}a', value: undefined }, kilobyte('{}e', 10), kilobyte('{}f', 10)];
      await assert.rejects(store.patch(path, changes, alice), refused);
      assert.deepEqual(await store.get(path), before);
      await store.patch(path, changes.slice(0, 2), alice);
      assert.deepEqual([...(await store.get(path)).keys()].sort(), ['{}b', '{}c', '{}e']);
    });

    test('of a user, in whatever share, and gives back what is removed or somebody else replaces', async (t) => {
      const [store] = await open(t, { ...generous, perUser: 3000 }, 1);
      await put(store, '/docs/1', '{}p', alice);
      await put(store, '/attic/2', '{}p', { ...alice, share: attic });
      assert.ok(await hasRoomFor(store, 1000, alice));
      await put(store, '/docs/1', '{}p', bob);
      assert.ok(await hasRoomFor(store, 2000, alice));
      await store.removeTree(attic);
      assert.ok(await hasRoomFor(store, 3000, alice));
      assert.ok(await hasRoomFor(store, 2000, bob));
    });

    test('of a share, whoever set them', async (t) => {
      const [store] = await open(t, { ...generous, perShare: 2500 }, 1);
      await put(store, '/docs/1', '{}p', alice);
      await put(store, '/docs/2', '{}p', bob);
      await assert.rejects(put(store, '/docs/3', '{}p', alice), refused);
      await put(store, '/attic/3', '{}p', { ...alice, share: attic });
      assert.ok(await hasRoomFor(store, 500, bob));
    });

    for (const depth of ['0', 'infinity'] as const) {
      test(`that are copied with depth ${depth} to who copies, or copies none`, async (t) => {
        const [store] = await open(t, { ...generous, perUser: 4000 }, 1);
        for (const path of ['/docs/a', '/docs/a/b', '/docs/a/c']) await put(store, path, '{}p', alice);
        await put(store, '/docs/to', '{}old', bob);
        const number = depth === '0' ? 1 : 3;
        const [from, to] = [onServer('/docs/a'), onServer('/docs/to')];
        await store.requireRoom(from, to, depth, bob);
        await store.copyTree(from, to, depth, bob);
        // Each path is a byte longer.
        assert.ok(await hasRoomFor(store, 4000 - number * 1001, bob));
        const more = onServer('/docs/more');
        for (const name of depth === '0' ? ['{}p', '{}q'] : []) await put(store, '/docs/bob', name, bob);
        await assert.rejects(store.requireRoom(from, more, depth, bob), refused);
        await assert.rejects(store.copyTree(from, more, depth, bob), refused);
        assert.equal((await store.get(more)).size, 0);
        assert.equal((await store.get(onServer('/docs/more/b'))).size, 0);
        // What is replaced makes room.
        await store.copyTree(from, to, depth, bob);
      });
    }

    test('that move to another share there, and still to who set them', async (t) => {
      const [store] = await open(t, { ...generous, perUser: 3000, perShare: 2000 }, 1);
      for (const path of ['/docs/a', '/docs/a/b']) await put(store, path, '{}p', alice);
      await assert.rejects(put(store, '/docs/c', '{}p', bob), refused);
      await store.moveTree(onServer('/docs/a'), onServer('/attic/a'), attic);
      assert.ok(await hasRoomFor(store, 2000, bob));
      await assert.rejects(put(store, '/attic/c', '{}p', { ...bob, share: attic }), refused);
      assert.ok(await hasRoomFor(store, 1000 - 2, alice));
    });

    test('to the share\u2019s quota, and refuses what that has no room for', async (t) => {
      const meter = new SpaceMeter(3000);
      const [store] = await open(t, generous, 1, { share: docs, meter });
      await put(store, '/docs/a', '{}p', alice);
      assert.equal(meter.used, 1000);
      await store.copyTree(onServer('/docs/a'), onServer('/docs/b'), '0', bob);
      assert.equal(meter.used, 2000);
      meter.count(500);
      await assert.rejects(store.copyTree(onServer('/docs/a'), onServer('/docs/c'), '0', bob), refused);
      await assert.rejects(put(store, '/docs/c', '{}p', bob), refused);
      assert.deepEqual([meter.used, meter.available], [2500, 500]);
      await store.moveTree(onServer('/docs/b'), onServer('/attic/b'), attic);
      assert.equal(meter.used, 1500);
      await store.moveTree(onServer('/attic/b'), onServer('/docs/b'), docs);
      await store.removeTree(docs);
      assert.equal(meter.used, 500);
    });

    test('of a large tree wholly, in as many steps as it takes', async (t) => {
      const limits = { perResource: 1e9, perUser: 1e9, perShare: 1e9 };
      const [store] = await open(t, limits, 1);
      const paths = Array.from({ length: 45 }, (_, index) => `/docs/a/${String(index).padStart(2, '0')}/x`);
      const changes = Array.from({ length: 60 }, (_, index) => ({ name: `{}${index}`, value: '' }));
      for (const path of paths) await store.patch(onServer(path), changes, alice);
      const [from, to, moved] = [onServer('/docs/a'), onServer('/docs/b'), onServer('/attic/c')];
      await store.copyTree(from, to, 'infinity', bob);
      await store.moveTree(to, moved, attic);
      for (const path of paths) {
        assert.equal((await store.get(onServer(path.replace('/docs/a', '/attic/c')))).size, 60);
        assert.equal((await store.get(onServer(path.replace('/docs/a', '/docs/b')))).size, 0);
      }
      await store.removeTree(moved);
      assert.equal(await store.members(onServer('/attic/c/07'), 'all'), undefined);
      await store.removeTree(from);
      assert.equal(await store.members(onServer('/docs/a/07'), 'all'), undefined);
    });

    test('of two that add at the same time, and lets no more in than there is room for', async (t) => {
      const stores = await open(t, { ...generous, perUser: 5000 }, 2);
      const [first] = stores;
      const outcomes = await Promise.allSettled(
        stores.flatMap((store, index) =>
          Array.from({ length: 6 }, (_, number) => put(store, `/docs/${index}${number}`, '{}p', alice)),
        ),
      );
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 5);
      await first.removeTree(docs);
      assert.ok(await hasRoomFor(first, 5000, alice));
    });
  });
}
