import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Lock, LockRequest, LockStore } from '../../src/dav/locks/lock-store.js';
import { onServer } from '../helpers/paths.js';

/** What every LockStore must do. `open` gives an empty one that reads the time from `now`, in milliseconds. */
export function lockStoreContract(
  implementation: string,
  open: (t: TestContext, now: () => number) => Promise<LockStore>,
): void {
  const opened = async (t: TestContext) => {
    const clock = { now: 1_700_000_000_000 };
    const store = await open(t, () => clock.now);
    return { clock, store };
  };

  describe(`${implementation} as a lock store`, () => {
    describe('acquire', () => {
      test('gives the lock that was asked for, with a token of its own and an end', async (t) => {
        const { clock, store } = await opened(t);
        const request: LockRequest = {
          root: onServer('/a \u{1f600}'),
          depth: 'infinity',
          scope: 'shared',
          principal: 'j\u00fcrgen',
          owner: '<D:owner xmlns:D="DAV:">\u00e4 \u{1f600} \' "</D:owner>',
          timeoutSeconds: 600,
        };
        const first = await granted(store, request);
        const second = await granted(store, request);
        const { token, ...rest } = first;
        assert.match(token, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.notEqual(second.token, token);
        assert.deepEqual(rest, { ...request, expires: clock.now + 600_000 });
        assert.deepEqual(sorted(await store.covering(request.root)), sorted([first, second]));
      });

      /** Whether a lock is refused beside one that is there. */
      const pairs: readonly [Sketch, Sketch, boolean][] = [
        [['/a', '0', 'exclusive'], ['/a', '0', 'exclusive'], true],
        [['/a', '0', 'exclusive'], ['/a', '0', 'shared'], true],
        [['/a', '0', 'shared'], ['/a', '0', 'exclusive'], true],
        [['/a', '0', 'shared'], ['/a', '0', 'shared'], false],
        [['/a', 'infinity', 'shared'], ['/a', 'infinity', 'shared'], false],
        [['/a', 'infinity', 'exclusive'], ['/a', '0', 'exclusive'], true],
        [['/a', '0', 'exclusive'], ['/a', 'infinity', 'exclusive'], true],
        // one above
        [['/a', 'infinity', 'exclusive'], ['/a/b', '0', 'exclusive'], true],
        [['/a', 'infinity', 'exclusive'], ['/a/b/c/d', '0', 'shared'], true],
        [['/a', 'infinity', 'shared'], ['/a/b/c', '0', 'exclusive'], true],
        [['/a', 'infinity', 'shared'], ['/a/b/c', '0', 'shared'], false],
        [['/a', '0', 'exclusive'], ['/a/b', 'infinity', 'exclusive'], false],
        [['/', 'infinity', 'exclusive'], ['/a/b', '0', 'exclusive'], true],
        [['/', '0', 'exclusive'], ['/a', '0', 'exclusive'], false],
        // one below
        [['/a/b', '0', 'exclusive'], ['/a', 'infinity', 'exclusive'], true],
        [['/a/b', '0', 'exclusive'], ['/a', 'infinity', 'shared'], true],
        [['/a/b', '0', 'shared'], ['/a', 'infinity', 'exclusive'], true],
        [['/a/b', '0', 'shared'], ['/a', 'infinity', 'shared'], false],
        [['/a/b', 'infinity', 'exclusive'], ['/a', '0', 'exclusive'], false],
        [['/a/b', '0', 'exclusive'], ['/', 'infinity', 'exclusive'], true],
        // neighbours
        [['/a', 'infinity', 'exclusive'], ['/ab', 'infinity', 'exclusive'], false],
        [['/ab', 'infinity', 'exclusive'], ['/a', 'infinity', 'exclusive'], false],
        [['/a', 'infinity', 'exclusive'], ['/a b/c', '0', 'exclusive'], false],
        [['/a0/b', '0', 'exclusive'], ['/a', 'infinity', 'exclusive'], false],
        [['/a.b', '0', 'exclusive'], ['/a', 'infinity', 'exclusive'], false],
        [['/a/b', 'infinity', 'exclusive'], ['/a/c', 'infinity', 'exclusive'], false],
        [['/\u{1f600}/\u{1f601}', '0', 'exclusive'], ['/\u{1f600}', 'infinity', 'exclusive'], true],
        [['/\u{1f600}', 'infinity', 'exclusive'], ['/\u{1f601}', 'infinity', 'exclusive'], false],
        [['/%', 'infinity', 'exclusive'], ['/a/b', '0', 'exclusive'], false],
        [['/_', 'infinity', 'exclusive'], ['/a', '0', 'exclusive'], false],
      ];
      for (const [held, asked, conflict] of pairs) {
        const verb = conflict ? 'refuses' : 'grants';
        test(`${verb} ${asked.join(' ')} where ${held.join(' ')} is held`, async (t) => {
          const { store } = await opened(t);
          const first = await granted(store, sketched(...held));
          const outcome = await store.acquire(sketched(...asked));
          assert.deepEqual('conflicts' in outcome ? outcome.conflicts : [], conflict ? [first] : []);
        });
      }

      test('names every lock that is in the way, and takes nothing', async (t) => {
        const { store } = await opened(t);
        const held = [
          await granted(store, sketched('/a/b', '0', 'shared')),
          await granted(store, sketched('/a/b', '0', 'shared')),
          await granted(store, sketched('/a/c/d', '0', 'exclusive')),
          await granted(store, sketched('/', '0', 'shared')),
        ];
        const outcome = await store.acquire(sketched('/a', 'infinity', 'exclusive'));
        assert.ok('conflicts' in outcome);
        assert.deepEqual(sorted(outcome.conflicts), sorted(held.slice(0, 3)));
        assert.deepEqual(await store.covering(onServer('/a')), []);
      });

      test('asks only exclusive locks to make way for a shared one', async (t) => {
        const { store } = await opened(t);
        await granted(store, sketched('/a/shared', '0', 'shared'));
        const exclusive = await granted(store, sketched('/a/exclusive', '0', 'exclusive'));
        const outcome = await store.acquire(sketched('/a', 'infinity', 'shared'));
        assert.deepEqual(outcome, { conflicts: [exclusive] });
      });

      test('gives a user as many as the limit, and again when one has ended', async (t) => {
        const { clock, store } = await opened(t);
        const asked = (path: string, principal: string) =>
          store.acquire(
            { ...sketched(path, '0', 'exclusive', 10), principal },
            { perUser: 2, inAll: 100, covering: 100 },
          );
        const [one] = [await asked('/a', 'alice'), await asked('/b', 'alice')];
        assert.ok('granted' in one);
        assert.deepEqual(await asked('/c', 'alice'), { exhausted: 'user' });
        assert.ok('conflicts' in (await asked('/a', 'alice')));
        assert.ok('granted' in (await asked('/c', 'bob')));
        await store.remove(one.granted.token);
        assert.ok('granted' in (await asked('/a', 'alice')));
        assert.deepEqual(await asked('/d', 'alice'), { exhausted: 'user' });
        clock.now += 10_000;
        assert.ok('granted' in (await asked('/d', 'alice')));
      });

      test('is won by one of many at once', async (t) => {
        const { store } = await opened(t);
        const request = sketched('/a', 'infinity', 'exclusive');
        const outcomes = await Promise.all(Array.from({ length: 10 }, () => store.acquire(request)));
        assert.equal(outcomes.filter((outcome) => 'granted' in outcome).length, 1);
        assert.equal((await store.covering(onServer('/a'))).length, 1);
      });
    });

    describe('time', () => {
      test('ends a lock in the very millisecond that it says', async (t) => {
        const { clock, store } = await opened(t);
        const lock = await granted(store, sketched('/a', 'infinity', 'exclusive', 10));
        clock.now = lock.expires - 1;
        assert.deepEqual(await store.covering(onServer('/a/b')), [lock]);
        assert.deepEqual(await store.below(onServer('/')), [lock]);
        assert.ok('conflicts' in (await store.acquire(sketched('/a', '0', 'exclusive'))));
        clock.now = lock.expires;
        assert.deepEqual(await store.covering(onServer('/a/b')), []);
        assert.deepEqual(await store.below(onServer('/')), []);
        assert.equal(await store.refresh(lock.token, 10), undefined);
        assert.equal(await store.remove(lock.token), false);
        assert.ok('granted' in (await store.acquire(sketched('/a', '0', 'exclusive'))));
      });

      test('takes each lock at its own end', async (t) => {
        const { clock, store } = await opened(t);
        const short = await granted(store, sketched('/a', '0', 'shared', 5));
        const long = await granted(store, sketched('/a', '0', 'shared', 50));
        assert.deepEqual(sorted(await store.covering(onServer('/a'))), sorted([short, long]));
        clock.now += 6000;
        assert.deepEqual(await store.covering(onServer('/a')), [long]);
      });
    });

    test('sweep keeps what has not expired', async (t) => {
      const { clock, store } = await opened(t);
      const short = await granted(store, sketched('/a', '0', 'shared', 5));
      const long = await granted(store, sketched('/a', '0', 'shared', 50));
      clock.now += 5000;
      await store.sweep();
      clock.now -= 5000;
      assert.deepEqual(await store.covering(onServer('/a')), [long]);
      assert.equal(await store.remove(short.token), false);
    });

    describe('refresh', () => {
      test('starts the time again and changes nothing else', async (t) => {
        const { clock, store } = await opened(t);
        const lock = await granted(store, sketched('/a', '0', 'exclusive', 10));
        const other = await granted(store, sketched('/b', '0', 'exclusive', 10));
        clock.now += 9000;
        const refreshed = await store.refresh(lock.token, 20);
        assert.deepEqual(refreshed, { ...lock, timeoutSeconds: 20, expires: clock.now + 20_000 });
        assert.deepEqual(await store.covering(onServer('/a')), [refreshed]);
        assert.deepEqual(await store.covering(onServer('/b')), [other]);
        clock.now += 15_000;
        assert.deepEqual(await store.covering(onServer('/a')), [refreshed]);
      });

      test('can shorten a lock', async (t) => {
        const { clock, store } = await opened(t);
        const lock = await granted(store, sketched('/a', '0', 'exclusive', 100));
        await store.refresh(lock.token, 1);
        clock.now += 1000;
        assert.deepEqual(await store.covering(onServer('/a')), []);
      });

      test('knows no other token', async (t) => {
        const { store } = await opened(t);
        const { token } = await granted(store, sketched('/a', '0', 'exclusive'));
        for (const unknown of ['', 'urn:uuid:0', token.toUpperCase(), `${token} `]) {
          assert.equal(await store.refresh(unknown, 10), undefined, unknown);
        }
      });
    });

    describe('remove', () => {
      test('takes that lock away, once', async (t) => {
        const { store } = await opened(t);
        const one = await granted(store, sketched('/a', '0', 'shared'));
        const two = await granted(store, sketched('/a', '0', 'shared'));
        assert.equal(await store.remove(one.token), true);
        assert.equal(await store.remove(one.token), false);
        assert.equal(await store.remove('urn:uuid:0'), false);
        assert.deepEqual(await store.covering(onServer('/a')), [two]);
      });
    });

    describe('covering and below', () => {
      test('tell a lock here and above from those that lie below', async (t) => {
        const { store } = await opened(t);
        const locks = {
          root: await granted(store, sketched('/', '0', 'shared')),
          a: await granted(store, sketched('/a', 'infinity', 'shared')),
          flat: await granted(store, sketched('/a/b', '0', 'shared')),
          deep: await granted(store, sketched('/a/b/c', 'infinity', 'shared')),
          neighbour: await granted(store, sketched('/a/bc', 'infinity', 'shared')),
        };
        const { root, a, flat, deep, neighbour } = locks;
        const expected: readonly [string, readonly Lock[], readonly Lock[]][] = [
          ['/', [root], [a, flat, deep, neighbour]],
          ['/a', [a], [flat, deep, neighbour]],
          ['/a/b', [a, flat], [deep]],
          ['/a/b/c', [a, deep], []],
          ['/a/b/c/d', [a, deep], []],
          ['/a/b/x', [a], []],
          ['/a/bc/d', [a, neighbour], []],
          ['/b', [], []],
        ];
        for (const [path, covering, below] of expected) {
          assert.deepEqual(sorted(await store.covering(onServer(path))), sorted(covering), path);
          assert.deepEqual(sorted(await store.below(onServer(path))), sorted(below), path);
        }
      });
    });

    for (const method of ['removeTree', 'moveTree'] as const) {
      test(`${method} drops the locks rooted there and below, no others`, async (t) => {
        const { store } = await opened(t);
        const drop = (path: string): Promise<void> =>
          method === 'removeTree'
            ? store.removeTree(onServer(path))
            : store.moveTree(onServer(path), onServer('/to'));
        await granted(store, sketched('/a', '0', 'shared'));
        await granted(store, sketched('/a/b', 'infinity', 'shared'));
        const kept = [
          await granted(store, sketched('/', 'infinity', 'shared')),
          await granted(store, sketched('/ab', '0', 'shared')),
          await granted(store, sketched('/a b/c', '0', 'shared')),
          await granted(store, sketched('/a0', '0', 'shared')),
          await granted(store, sketched('/to', '0', 'shared')),
          await granted(store, sketched('/to/b', '0', 'shared')),
        ];
        await drop('/a');
        const left = [...(await store.covering(onServer('/'))), ...(await store.below(onServer('/')))];
        assert.deepEqual(sorted(left), sorted(kept));
      });
    }
  });
}

/** Root, depth and scope. */
type Sketch = readonly [root: string, depth: Lock['depth'], scope: Lock['scope']];

function sketched(
  root: string,
  depth: Lock['depth'],
  scope: Lock['scope'],
  timeoutSeconds = 60,
): LockRequest {
  return { root: onServer(root), depth, scope, principal: 'alice', owner: '', timeoutSeconds };
}

async function granted(store: LockStore, request: LockRequest): Promise<Lock> {
  const outcome = await store.acquire(request);
  assert.ok('granted' in outcome, `${request.root} is locked already`);
  return outcome.granted;
}

function sorted(locks: readonly Lock[]): Lock[] {
  return [...locks].sort((a, b) => (a.token < b.token ? -1 : 1));
}
