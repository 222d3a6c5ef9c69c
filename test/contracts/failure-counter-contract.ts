import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { FailureCounter } from '../../src/credentials/failure-counter.js';

/** What every FailureCounter must do. `open` gives an empty one that reads the time from `Date`. */
export function failureCounterContract(
  implementation: string,
  open: (t: TestContext) => Promise<FailureCounter>,
): void {
  const opened = async (t: TestContext) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const counter = await open(t);
    const pass = (milliseconds: number): void => {
      t.mock.timers.tick(milliseconds);
    };
    return { counter, pass };
  };

  describe(`${implementation} as a failure counter`, () => {
    test('counts in a window that later failures do not prolong, and then anew', async (t) => {
      const { counter, pass } = await opened(t);
      assert.equal(await counter.read('a'), undefined);
      assert.deepEqual(await counter.add('a', 60), { failures: 1, endsIn: 60_000 });
      pass(59_000);
      assert.deepEqual(await counter.add('a', 60), { failures: 2, endsIn: 1000 });
      pass(999);
      assert.deepEqual(await counter.read('a'), { failures: 2, endsIn: 1 });
      pass(1);
      assert.equal(await counter.read('a'), undefined);
      assert.deepEqual(await counter.add('a', 30), { failures: 1, endsIn: 30_000 });
    });

    test('keeps keys apart, also those that differ in letter case', async (t) => {
      const { counter } = await opened(t);
      await counter.add('a', 60);
      await counter.add('a', 60);
      await counter.add('A', 10);
      assert.equal((await counter.read('a'))?.failures, 2);
      assert.deepEqual(await counter.read('A'), { failures: 1, endsIn: 10_000 });
      assert.equal(await counter.read(`a${'b'.repeat(249)}`), undefined);
    });

    test('takes back one at a time, never below none, and within the window', async (t) => {
      const { counter, pass } = await opened(t);
      await counter.takeBack('a');
      assert.equal((await counter.add('a', 60)).failures, 1);
      await counter.add('a', 60);
      pass(10_000);
      await counter.takeBack('a');
      assert.deepEqual(await counter.read('a'), { failures: 1, endsIn: 50_000 });
      for (const _ of [1, 2, 3]) await counter.takeBack('a');
      assert.equal(await counter.read('a'), undefined);
      assert.deepEqual(await counter.add('a', 60), { failures: 1, endsIn: 50_000 });
      pass(50_000);
      await counter.takeBack('a');
      assert.deepEqual(await counter.add('a', 60), { failures: 1, endsIn: 60_000 });
    });

    test('clears', async (t) => {
      const { counter, pass } = await opened(t);
      await counter.clear('a');
      await counter.add('a', 60);
      await counter.add('b', 60);
      pass(1000);
      await counter.clear('a');
      assert.equal(await counter.read('a'), undefined);
      assert.equal((await counter.read('b'))?.failures, 1);
      assert.deepEqual(await counter.add('a', 60), { failures: 1, endsIn: 60_000 });
    });

    test('gives each of many at once a count of its own', async (t) => {
      const { counter } = await opened(t);
      const counts = await Promise.all(Array.from({ length: 40 }, () => counter.add('a', 60)));
      assert.deepEqual(
        counts.map(({ failures }) => failures).sort((a, b) => a - b),
        Array.from({ length: 40 }, (_, index) => index + 1),
      );
    });
  });
}
