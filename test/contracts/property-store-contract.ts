import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type {
  MemberProperties,
  PropertyChange,
  PropertyMap,
  PropertyStore,
} from '../../src/dav/properties/property-store.js';
import type { ServerPath } from '../../src/http/target.js';
import { onServer } from '../helpers/paths.js';

/** Whom the suite's properties are counted to, where that does not matter. */
const owner = { principal: 'alice', share: onServer('/') };

/** Every property in a store below `/`, as the paths that have any and what they have. */
type Contents = Record<string, Record<string, string>>;

/** What every PropertyStore must do. `open` gives an empty one. */
export function propertyStoreContract(
  implementation: string,
  open: (t: TestContext) => Promise<PropertyStore>,
): void {
  describe(`${implementation} as a property store`, () => {
    describe('get', () => {
      test('gives what was set, and nothing where nothing was', async (t) => {
        const store = await filled(await open(t), { '/a': { '{x:}one': '1', '{x:}two': '2' } });
        assert.deepEqual(await contents(store, '/a', '/b', '/a/b', '/'), {
          '/a': { '{x:}one': '1', '{x:}two': '2' },
        });
      });

      test('gives back values and names to the character', async (t) => {
        const value =
          '<x:p xmlns:x="x:" a="&quot;\t&#10;">\u00e4 \u65e5\u672c \u{1f600}\u{10ffff} \n \'"\\%_?:name </x:p>';
        const names = {
          '{urn:\u00e4 {b}}\u00e9': value,
          '{}bare': '<bare/>',
          '{x:}p': '',
          '{X:}p': 'other',
          '{x:}P': 'case',
        };
        const store = await filled(await open(t), { '/\u{1f600} ?': names });
        assert.deepEqual(await contents(store, '/\u{1f600} ?'), { '/\u{1f600} ?': names });
      });

      test('gives back a value of a megabyte', async (t) => {
        const value = 'x\u00e4'.repeat(500_000);
        const store = await filled(await open(t), { '/a': { '{x:}p': value } });
        assert.equal((await store.get(onServer('/a'))).get('{x:}p'), value);
      });
    });

    describe('members', () => {
      test('gives the direct members that have properties', async (t) => {
        const store = await filled(
          await open(t),
          plain('/a', '/a/b', '/a/c d', '/a/b/c', '/ab/x', '/a b/x', '/a0'),
        );
        const members = await store.members(onServer('/a'), 'all');
        const paths = ['/a/none', '/a/b', '/a/c d', '/a/0'].map(onServer);
        assert.deepEqual(
          await read(members, paths),
          new Map([
            ['/a/b', new Map([['{x:}p', '/a/b']])],
            ['/a/c d', new Map([['{x:}p', '/a/c d']])],
          ]),
        );
      });

      test('of the root are not the root itself', async (t) => {
        const store = await filled(await open(t), plain('/', '/a', '/a/b'));
        assert.deepEqual(await membersOf(store, '/', ['/', '/a', '/b']), ['/a']);
      });

      test('of nothing are none', async (t) => {
        const store = await open(t);
        assert.equal(await store.members(onServer('/a'), 'all'), undefined);
      });

      for (const wanted of ['names', ['{x:}one', '{x:}never']] as const) {
        test(`reads no more than is wanted: ${String(wanted)}`, async (t) => {
          const properties = { '{x:}one': '1', '{x:}two': '2' };
          const store = await filled(await open(t), { '/a/b': properties, '/a/c': properties });
          const expected = Object.entries(
            wanted === 'names' ? { '{x:}one': '', '{x:}two': '' } : { '{x:}one': '1' },
          );
          assert.deepEqual(await store.get(onServer('/a/b'), wanted), new Map(expected));
          const found = await read(
            await store.members(onServer('/a'), wanted),
            ['/a/b', '/a/c'].map(onServer),
          );
          assert.deepEqual([...found.values()], [new Map(expected), new Map(expected)]);
        });
      }

      test('gives many in runs of limited size, in the order that they are asked for', async (t) => {
        const store = await open(t);
        const paths = Array.from({ length: 60 }, (_, index) => onServer(`/a/${(index * 7) % 60}`));
        const value = 'x'.repeat(20_000);
        for (const path of paths.slice(10)) {
          await store.patch(path, [{ name: '{x:}p', value: `${path}${value}` }], owner);
        }
        const runs: number[] = [];
        const members = await store.members(onServer('/a'), 'all');
        for await (const { paths: number, found } of members?.of(paths) ?? []) {
          const begin = runs.reduce((sum, length) => sum + length, 0);
          const here = paths.slice(begin, begin + number);
          const bytes = [...found.values()].reduce((sum, one) => sum + (one.get('{x:}p') ?? '').length, 0);
          assert.ok(bytes <= 256 * 1024, `${bytes} bytes`);
          for (const path of here.filter((one) => !paths.slice(0, 10).includes(one))) {
            assert.equal(found.get(path)?.get('{x:}p'), `${path}${value}`);
          }
          runs.push(number);
        }
        assert.equal(
          runs.reduce((sum, number) => sum + number, 0),
          paths.length,
        );
      });

      test('gives those of more members than are remembered', async (t) => {
        const store = await open(t);
        const paths = Array.from({ length: 300 }, (_, index) => onServer(`/a/${index}`));
        const changes = ['1', '2', '3', '4'].map((name) => ({ name: `{x:}${name}`, value: name }));
        for (const path of paths) await store.patch(path, changes, owner);
        const found = await read(await store.members(onServer('/a'), 'all'), [onServer('/a/none'), ...paths]);
        assert.deepEqual([...found.keys()], paths);
        for (const properties of found.values()) assert.equal(properties.size, 4);
      });
    });

    describe('patch', () => {
      test('sets, replaces and removes', async (t) => {
        const store = await filled(await open(t), {
          '/a': { '{x:}kept': 'k', '{x:}old': 'o', '{x:}gone': 'g' },
        });
        await store.patch(
          onServer('/a'),
          [
            { name: '{x:}old', value: 'replaced' },
            { name: '{x:}gone', value: undefined },
            { name: '{x:}new', value: 'n' },
            { name: '{x:}never', value: undefined },
          ],
          owner,
        );
        assert.deepEqual(await contents(store, '/a'), {
          '/a': { '{x:}kept': 'k', '{x:}old': 'replaced', '{x:}new': 'n' },
        });
      });

      const orders: readonly [string, readonly PropertyChange[], Contents][] = [
        ['set then remove', [set('1'), set(undefined)], {}],
        ['remove then set', [set(undefined), set('1')], { '/a': { '{x:}p': '1' } }],
        ['set twice', [set('1'), set('2')], { '/a': { '{x:}p': '2' } }],
        ['set, remove, set', [set('1'), set(undefined), set('3')], { '/a': { '{x:}p': '3' } }],
        ['nothing', [], { '/a': { '{x:}p': '0' } }],
      ];
      for (const [what, changes, expected] of orders) {
        test(`applies changes in their order: ${what}`, async (t) => {
          const store = await filled(await open(t), { '/a': { '{x:}p': '0' } });
          await store.patch(onServer('/a'), changes, owner);
          assert.deepEqual(await contents(store, '/a'), expected);
        });
      }

      test('touches that path alone', async (t) => {
        const store = await filled(await open(t), plain('/a', '/a/b', '/ab'));
        await store.patch(onServer('/a'), [set(undefined)], owner);
        assert.deepEqual(await contents(store, '/a', '/a/b', '/ab'), plain('/a/b', '/ab'));
      });

      test('of many at once loses none', async (t) => {
        const store = await open(t);
        const names = Array.from({ length: 40 }, (_, index) => `{x:}${index}`);
        await Promise.all(names.map((name) => store.patch(onServer('/a'), [{ name, value: name }], owner)));
        assert.deepEqual([...(await store.get(onServer('/a'))).keys()].sort(), names.sort());
      });
    });

    const everything = [...trap, ...trap.map((path) => `/to${path.slice(2)}`)];

    describe('copyTree', () => {
      test('copies all below, and only that', async (t) => {
        const store = await filled(await open(t), plain(...trap));
        await store.copyTree(onServer('/a'), onServer('/to'), 'infinity', owner);
        assert.deepEqual(await contents(store, ...everything), { ...plain(...trap), ...moved('/a', '/to') });
        assert.deepEqual(await childrenOf(store, '/to'), ['/to/b', '/to/z', '/to/\u{1f600}']);
        assert.deepEqual(await childrenOf(store, '/'), ['/a', '/a b', '/a.', '/a0', '/ab', '/to']);
      });

      test('with depth 0 copies the one, and what was below the destination goes', async (t) => {
        const store = await filled(
          await open(t),
          plain(...trap, '/to', '/to/b', '/to/old/deep', '/tob', '/to0'),
        );
        await store.copyTree(onServer('/a'), onServer('/to'), '0', owner);
        assert.deepEqual(await contents(store, ...everything, '/to/old/deep', '/tob', '/to0'), {
          ...plain(...trap, '/tob', '/to0'),
          '/to': { '{x:}p': '/a' },
        });
      });

      test('leaves nothing of what was at the destination', async (t) => {
        const store = await filled(await open(t), {
          '/a': { '{x:}p': 'a' },
          '/to': { '{x:}p': 'old', '{x:}other': 'old' },
          '/to/below': { '{x:}p': 'old' },
        });
        await store.copyTree(onServer('/a'), onServer('/to'), 'infinity', owner);
        assert.deepEqual(await contents(store, '/a', '/to', '/to/below'), {
          '/a': { '{x:}p': 'a' },
          '/to': { '{x:}p': 'a' },
        });
      });

      test('of what has no properties clears the destination', async (t) => {
        const store = await filled(await open(t), plain('/to', '/to/b'));
        await store.copyTree(onServer('/a'), onServer('/to'), 'infinity', owner);
        assert.deepEqual(await contents(store, '/to', '/to/b'), {});
      });

      test('goes up, down and sideways', async (t) => {
        const store = await filled(await open(t), plain('/x/a', '/x/a/b'));
        await store.copyTree(onServer('/x/a'), onServer('/up'), 'infinity', owner);
        await store.copyTree(onServer('/up'), onServer('/x/deep/down'), 'infinity', owner);
        const value = { '{x:}p': '/x/a/b' };
        assert.deepEqual(await contents(store, '/up/b', '/x/deep/down/b'), {
          '/up/b': value,
          '/x/deep/down/b': value,
        });
        assert.deepEqual(await childrenOf(store, '/x/deep/down'), ['/x/deep/down/b']);
        assert.deepEqual(await childrenOf(store, '/x/deep'), ['/x/deep/down']);
      });
    });

    describe('moveTree', () => {
      test('moves all below, and only that', async (t) => {
        const store = await filled(await open(t), plain(...trap));
        await store.moveTree(onServer('/a'), onServer('/to'), owner.share);
        const stayed = trap.filter((path) => path !== '/a' && !path.startsWith('/a/'));
        assert.deepEqual(await contents(store, ...everything), {
          ...plain(...stayed),
          ...moved('/a', '/to'),
        });
        assert.deepEqual(await childrenOf(store, '/a'), []);
        assert.deepEqual(await childrenOf(store, '/to'), ['/to/b', '/to/z', '/to/\u{1f600}']);
        assert.deepEqual(await childrenOf(store, '/to/b'), ['/to/b/c']);
        assert.deepEqual(await childrenOf(store, '/'), ['/a b', '/a.', '/a0', '/ab', '/to']);
      });

      test('leaves nothing of what was at the destination', async (t) => {
        const store = await filled(await open(t), {
          ...plain('/a', '/a/b', '/tob'),
          '/to': { '{x:}p': 'old', '{x:}other': 'old' },
          '/to/below': { '{x:}p': 'old' },
        });
        await store.moveTree(onServer('/a'), onServer('/to'), owner.share);
        assert.deepEqual(await contents(store, '/a', '/a/b', '/to', '/to/b', '/to/below', '/tob'), {
          ...moved('/a', '/to', ['/a', '/a/b']),
          ...plain('/tob'),
        });
      });

      test('counts characters as the database does: beyond the basic plane and composed of two', async (t) => {
        const from = '/\u{1f600}\u{1f600}e\u0301';
        const store = await filled(await open(t), plain(from, `${from}/\u{1f601}x`, `${from}/y`));
        await store.moveTree(onServer(from), onServer('/\u{10ffff}/t'), owner.share);
        assert.deepEqual(await childrenOf(store, '/\u{10ffff}/t'), [
          '/\u{10ffff}/t/y',
          '/\u{10ffff}/t/\u{1f601}x',
        ]);
        assert.deepEqual(await childrenOf(store, from), []);
        assert.deepEqual(await childrenOf(store, '/\u{10ffff}'), ['/\u{10ffff}/t']);
        await store.copyTree(onServer('/\u{10ffff}/t'), onServer(from), 'infinity', owner);
        assert.deepEqual(await childrenOf(store, from), [`${from}/y`, `${from}/\u{1f601}x`]);
      });

      test('of what has no properties clears the destination', async (t) => {
        const store = await filled(await open(t), plain('/to', '/to/b'));
        await store.moveTree(onServer('/a'), onServer('/to'), owner.share);
        assert.deepEqual(await contents(store, '/to', '/to/b'), {});
      });
    });

    describe('removeTree', () => {
      test('removes all below, and only that', async (t) => {
        const store = await filled(await open(t), plain(...trap));
        await store.removeTree(onServer('/a'));
        const stayed = trap.filter((path) => path !== '/a' && !path.startsWith('/a/'));
        assert.deepEqual(await contents(store, ...trap), plain(...stayed));
      });

      test('takes a path as it is, not as a pattern', async (t) => {
        const store = await filled(
          await open(t),
          plain('/%', '/_', '/x', '/%/y', '/x/y', "/'", '/[a-z]', '/*'),
        );
        for (const path of ['/%', '/_', "/'", '/[a-z]', '/*']) await store.removeTree(onServer(path));
        assert.deepEqual(
          await contents(store, '/%', '/%/y', '/_', "/'", '/[a-z]', '/*', '/x', '/x/y'),
          plain('/x', '/x/y'),
        );
      });

      test('of the root leaves nothing', async (t) => {
        const store = await filled(await open(t), plain('/', ...trap));
        await store.removeTree(onServer('/'));
        assert.deepEqual(await contents(store, '/', ...trap), {});
      });
    });
  });
}

/** Paths that lie in `/a`, and neighbours of it that a careless comparison takes for such. */
const trap = [
  '/a',
  '/a/b',
  '/a/b/c',
  '/a/z',
  '/a/\u{1f600}',
  '/ab',
  '/ab/c',
  '/a b',
  '/a b/c',
  '/a.',
  '/a0',
  '/a0/b',
];

/** Each path with one property that says where it was set. */
function plain(...paths: readonly string[]): Contents {
  return Object.fromEntries(paths.map((path) => [path, { '{x:}p': path }]));
}

/** What `plain` at `from` is once it lies at `to`. */
function moved(from: string, to: string, paths: readonly string[] = trap): Contents {
  const inside = paths.filter((path) => path === from || path.startsWith(`${from}/`));
  return Object.fromEntries(inside.map((path) => [to + path.slice(from.length), { '{x:}p': path }]));
}

function set(value: string | undefined): PropertyChange {
  return { name: '{x:}p', value };
}

async function filled(store: PropertyStore, contents: Contents): Promise<PropertyStore> {
  for (const [path, properties] of Object.entries(contents)) {
    const changes = Object.entries(properties).map(([name, value]) => ({ name, value }));
    await store.patch(onServer(path), changes, owner);
  }
  return store;
}

async function contents(store: PropertyStore, ...paths: readonly string[]): Promise<Contents> {
  const found: Contents = {};
  for (const path of paths) {
    const properties = await store.get(onServer(path));
    if (properties.size > 0) found[path] = Object.fromEntries(properties);
  }
  return found;
}

/** The paths that the suite uses for members of `path` and that have properties. */
async function childrenOf(store: PropertyStore, path: string): Promise<string[]> {
  const names = [
    'a',
    'a b',
    'a.',
    'a0',
    'ab',
    'b',
    'c',
    'down',
    'deep',
    't',
    'to',
    'x',
    'y',
    'z',
    '\u{1f600}',
    '\u{1f601}x',
  ];
  return membersOf(
    store,
    path,
    names.map((name) => (path === '/' ? `/${name}` : `${path}/${name}`)),
  );
}

async function membersOf(store: PropertyStore, path: string, paths: readonly string[]): Promise<string[]> {
  return [...(await read(await store.members(onServer(path), 'all'), paths.map(onServer))).keys()].sort();
}

async function read(
  members: MemberProperties | undefined,
  paths: readonly ServerPath[],
): Promise<Map<string, PropertyMap>> {
  const found = new Map<string, PropertyMap>();
  for await (const run of members?.of(paths) ?? []) {
    for (const path of paths) {
      const properties = run.found.get(path);
      if (properties) found.set(path, properties);
    }
  }
  return found;
}
