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

  test('turns away who has waited too long, and lets the others have their turn', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const gate = new DerivationGate({ atOnce: 1, patience: 1000 });
    const [first, second] = [deferred(), deferred()];
    const running = gate.run(() => first.promise);
    const inTime = gate.run(() => second.promise);
    first.resolve();
    await running;
    t.mock.timers.tick(500);
    const tooLate = assert.rejects(
      gate.run(() => assert.fail('begun after all')),
      (error) => isFailure(error, 'unavailable') && error.headers[0]?.join() === 'Retry-After,1',
    );
    t.mock.timers.tick(999);
    const later = gate.run(() => Promise.resolve('later'));
    t.mock.timers.tick(1);
    await tooLate;
    assert.deepEqual([gate.running, gate.waiting], [1, 1]);
    second.resolve();
    await inTime;
    assert.equal(await later, 'later');
    assert.deepEqual([gate.running, gate.waiting], [0, 0]);
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
