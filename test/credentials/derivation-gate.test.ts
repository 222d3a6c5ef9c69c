import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DerivationGate } from '../../src/credentials/derivation-gate.js';
import { isFailure } from '../../src/failure.js';
import { deferred, settled } from './setting.js';

describe('DerivationGate', () => {
  test('runs a few at once and the rest in turn', async () => {
    const gate = new DerivationGate({ atOnce: 3 });
    const holds = Array.from({ length: 10 }, deferred);
    const begun: number[] = [];
    const runs = holds.map((hold, index) =>
      gate.run(async () => {
        begun.push(index);
        await hold.promise;
        return index;
      }),
    );
    await settled();
    assert.deepEqual(begun, [0, 1, 2]);
    assert.deepEqual([gate.running, gate.waiting], [3, 7]);
    holds[1]?.resolve();
    await settled();
    assert.deepEqual(begun, [0, 1, 2, 3]);
    for (const hold of holds) hold.resolve();
    assert.deepEqual(await Promise.all(runs), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual([gate.running, gate.waiting], [0, 0]);
  });

  test('never runs more than it may, whoever comes when a place is handed on', async () => {
    const gate = new DerivationGate({ atOnce: 1 });
    let running = 0;
    let most = 0;
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    };
    const late: Promise<void>[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        await gate.run(work);
        late.push(gate.run(work));
      }),
    );
    await Promise.all(late);
    assert.equal(most, 1);
  });

  test('turns away who would wait beyond the bound', async () => {
    const gate = new DerivationGate({ atOnce: 1 });
    const hold = deferred();
    const runs = Array.from({ length: 257 }, () => gate.run(() => hold.promise));
    await assert.rejects(
      gate.run(() => Promise.resolve()),
      (error) => isFailure(error, 'unavailable') && error.headers[0]?.join() === 'Retry-After,1',
    );
    hold.resolve();
    await Promise.all(runs);
    await gate.run(() => Promise.resolve());
  });

  test('gives the place back when the work fails', async () => {
    const gate = new DerivationGate({ atOnce: 1 });
    const failing = gate.run(() => Promise.reject(new Error('broken')));
    const next = gate.run(() => Promise.resolve('next'));
    await assert.rejects(failing, { message: 'broken' });
    assert.equal(await next, 'next');
    assert.equal(gate.running, 0);
  });
});
