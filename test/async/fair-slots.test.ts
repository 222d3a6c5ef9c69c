import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FairSlots, type FairSlotLimits } from '../../src/async/fair-slots.js';
import { deferred, settled } from '../credentials/setting.js';

/** Slots whose work goes on when the test says so. */
function setting(limits: Partial<FairSlotLimits> = {}) {
  const slots = new FairSlots(
    { most: 1, mostOfOne: 1, waiting: 8, waitingOfOne: 6, patience: 60_000, ...limits },
    { busy: () => new Error('busy'), gone: () => new Error('gone') },
  );
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const busy: string[] = [];
  const works: Promise<void>[] = [];
  return {
    begun,
    busy,
    begin: (owner: string, signal?: AbortSignal) => {
      const { promise, resolve } = deferred();
      const work = (): Promise<void> => {
        begun.push(owner);
        ends.push(resolve);
        return promise;
      };
      works.push(slots.run(owner, signal, work).catch(() => void busy.push(owner)));
    },
    /** Ends the work that runs, one after the other. */
    endAll: async () => {
      for (let end = ends.shift(); end; end = ends.shift()) {
        end();
        await settled();
      }
      await Promise.all(works);
    },
  };
}

describe('owners who wait', () => {
  test('take turns, however much each of them has waiting', async () => {
    const { begin, begun, endAll } = setting();
    for (const owner of ['a', 'a', 'a', 'a', 'b', 'c', 'b']) begin(owner);
    await endAll();
    assert.equal(begun.join(''), 'aabcaba');
  });

  test('are passed over while they have all that one may have', async () => {
    const { begin, begun, endAll } = setting({ most: 2 });
    for (const owner of ['a', 'a', 'a', 'b', 'b']) begin(owner);
    await settled();
    assert.equal(begun.join(''), 'ab');
    await endAll();
    assert.deepEqual(begun.sort(), ['a', 'a', 'a', 'b', 'b']);
  });

  test('are refused what is more than one may have waiting', async () => {
    const { begin, busy, endAll } = setting({ waitingOfOne: 2 });
    for (const owner of ['a', 'a', 'a', 'a', 'b']) begin(owner);
    await settled();
    assert.deepEqual(busy, ['a']);
    await endAll();
  });

  test('make room for one who has less waiting, once too much waits in all', async () => {
    const { begin, begun, busy, endAll } = setting({ waiting: 4 });
    for (const owner of ['a', 'a', 'a', 'a', 'b', 'c']) begin(owner);
    await settled();
    assert.deepEqual(busy, ['a'], 'c waits in place of the last a');
    for (const owner of ['d', 'a', 'b']) begin(owner);
    await settled();
    assert.deepEqual(
      busy.sort(),
      ['a', 'a', 'a', 'b'],
      'd has a\u2019s place; nobody has more than one any more',
    );
    await endAll();
    assert.equal(begun.join(''), 'aabcd');
  });

  test('leave the line when they are gone', async () => {
    const { begin, begun, busy, endAll } = setting({ waiting: 1 });
    const gone = new AbortController();
    begin('a');
    begin('b', gone.signal);
    gone.abort();
    begin('c');
    await endAll();
    assert.equal(begun.join(''), 'ac');
    assert.deepEqual(busy, ['b']);
  });
});
