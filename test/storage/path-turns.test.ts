import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { isSameOrBelow } from '../../src/http/target.js';
import { PathTurns, type Claim, type Turn } from '../../src/storage/path-turns.js';
import { failing } from '../contracts/failing.js';

/** Whether a turn has come by the time that all that can go on has. */
async function hasCome(turn: Promise<Turn>): Promise<boolean> {
  let come = false;
  void turn.then(
    () => (come = true),
    () => undefined,
  );
  await setImmediate();
  return come;
}

const conflicts: readonly [first: Claim, second: Claim, waits: boolean][] = [
  [{ writes: ['/a'] }, { writes: ['/a'] }, true],
  [{ writes: ['/a'] }, { writes: ['/a/b'] }, true],
  [{ writes: ['/a/b'] }, { writes: ['/a'] }, true],
  [{ writes: ['/a'] }, { writes: ['/ab'] }, false],
  [{ writes: ['/a'] }, { writes: ['/b'] }, false],
  [{ writes: ['/a', '/b'] }, { writes: ['/c', '/b/x'] }, true],
  [{ writes: [], reads: ['/a'] }, { writes: [], reads: ['/a'] }, false],
  [{ writes: ['/b'], reads: ['/a'] }, { writes: ['/c'], reads: ['/a/x'] }, false],
  [{ writes: ['/b'], reads: ['/a'] }, { writes: ['/a/x'] }, true],
  [{ writes: ['/a'] }, { writes: ['/b'], reads: ['/a'] }, true],
  [{ writes: ['/a'] }, { writes: ['/b'], sees: ['/a/x'] }, true],
  [{ writes: ['/b'], sees: ['/a'] }, { writes: ['/a'] }, false],
  [{ writes: ['/b'], sees: ['/a'] }, { writes: ['/a/x'] }, false],
  [{ writes: ['/b'], sees: ['/a'] }, { writes: ['/a'], sees: ['/b'] }, true],
];
for (const [first, second, waits] of conflicts) {
  test(`${JSON.stringify(second)} ${waits ? 'waits for' : 'goes beside'} ${JSON.stringify(first)}`, async () => {
    const turns = new PathTurns();
    const one = await turns.take(first);
    const two = turns.take(second);
    assert.equal(await hasCome(two), !waits);
    void one.end();
    assert.deepEqual((await two).written, waits ? first.writes : []);
    void (await two).end();
  });
}

test('a change hears what those before it have written, and nothing of those that changed nothing', async () => {
  const turns = new PathTurns();
  const one = await turns.take({ writes: ['/a', '/b'] });
  const two = turns.take({ writes: ['/a/x'] });
  const three = turns.take({ writes: ['/a', '/b'] });
  void one.end();
  void (await two).end(false);
  assert.deepEqual((await three).written, ['/a', '/b']);
});

test('a change waits no longer than it may, and nobody waits for one that has given up', async () => {
  const turns = new PathTurns({ patience: 1, waiting: 10 });
  const one = await turns.take({ writes: ['/a'] });
  await assert.rejects(turns.take({ writes: ['/a', '/b'] }), failing('unavailable'));
  const two = await turns.take({ writes: ['/b'] });
  void two.end();
  void one.end();
  void (await turns.take({ writes: ['/a'] })).end();
});

test('a change whose client is gone gives its place up at once', async () => {
  const turns = new PathTurns();
  const one = await turns.take({ writes: ['/a'] });
  const gone = new AbortController();
  const two = turns.take({ writes: ['/a'] }, { signal: gone.signal });
  const three = turns.take({ writes: ['/a'] });
  gone.abort();
  await assert.rejects(two, failing('malformed'));
  void one.end();
  void (await three).end();
  await assert.rejects(async () => {
    const four = await turns.take({ writes: ['/a'] });
    await turns.take({ writes: ['/a'] }, { signal: gone.signal }).finally(() => {
      void four.end();
    });
  }, failing('malformed'));
});

test('only so many may wait', async () => {
  const turns = new PathTurns({ patience: Infinity, waiting: 2 });
  const one = await turns.take({ writes: ['/a'] });
  const waiting = [turns.take({ writes: ['/a'] }), turns.take({ writes: ['/a'] })];
  await assert.rejects(turns.take({ writes: ['/a'] }), failing('unavailable'));
  void (await turns.take({ writes: ['/b'] })).end();
  void one.end();
  for (const turn of waiting) void (await turn).end();
});

test('one owner\u2019s changes do not take all the room for waiting', async () => {
  const turns = new PathTurns({ patience: Infinity, waiting: 3, waitingOfOne: 1 });
  const one = await turns.take({ writes: ['/a'] });
  const waiting = [turns.take({ writes: ['/a'] }, { owner: 'bob' })];
  await assert.rejects(turns.take({ writes: ['/a'] }, { owner: 'bob' }), failing('unavailable'));
  waiting.push(turns.take({ writes: ['/a'] }, { owner: 'alice' }));
  void one.end();
  for (const turn of waiting) void (await turn).end();
  void (await turns.take({ writes: ['/a'] }, { owner: 'bob' })).end();
});

test('a small change waits for nobody: it is refused, and those that come later wait for it', async () => {
  const turns = new PathTurns();
  const one = await turns.take({ writes: ['/a'], reads: ['/b'] });
  assert.throws(() => turns.enter('/a/x'), failing('conflict'));
  turns.enter('/b/x')();
  void one.end();
  const leave = turns.enter('/a/x');
  turns.enter('/a/x')();
  const two = turns.take({ writes: ['/a'] });
  assert.equal(await hasCome(two), false);
  leave();
  void (await two).end();
});

test('a small change that begins while a large one waits is waited for, too', async () => {
  const turns = new PathTurns();
  const one = await turns.take({ writes: ['/a/b'] });
  const two = turns.take({ writes: ['/a'] });
  const leave = turns.enter('/a/c');
  void one.end();
  assert.equal(await hasCome(two), false);
  assert.throws(() => turns.enter('/a/d'), failing('conflict'), 'its turn is about to come');
  leave();
  void (await two).end();
});

test('no two changes that conflict are ever at it together, and all have their turn', async () => {
  const path = fc.constantFrom('/', '/a', '/a/b', '/a/b/c', '/d', '/d/e');
  const claim = fc.record({
    writes: fc.array(path, { maxLength: 2 }),
    reads: fc.array(path, { maxLength: 2 }),
  });
  const clash = (one: Claim, two: Claim): boolean => {
    const touch = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
      a.some((x) => b.some((y) => isSameOrBelow(x, y) || isSameOrBelow(y, x)));
    return touch(one.writes, two.writes) || touch(one.writes, two.reads) || touch(one.reads, two.writes);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(claim, { maxLength: 12 }), async (claims) => {
      const turns = new PathTurns();
      const under = new Set<Claim>();
      await Promise.all(
        claims.map(async (mine) => {
          const turn = await turns.take(mine);
          for (const other of under) assert.ok(!clash(mine, other));
          under.add(mine);
          await setImmediate();
          under.delete(mine);
          void turn.end();
        }),
      );
    }),
    { numRuns: 100 },
  );
});
