import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PipelineOrder } from '../../../server/listener/pipeline-order.js';

/** A connection whose requests log when they begin; each ends when it is told to. */
function connection() {
  const order = new PipelineOrder();
  const begun: string[] = [];
  return {
    begun,
    request: (name: string): (() => Promise<void>) => {
      const { ready, end } = order.enter();
      void Promise.resolve(ready).then(() => begun.push(name));
      return async () => {
        end();
        await settled();
      };
    },
  };
}

/** All promises that can settle by themselves have. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('pipelined requests', () => {
  test('run one after the other', async () => {
    const { begun, request } = connection();
    const ends = ['a', 'b', 'c'].map(request);
    await settled();
    assert.deepEqual(begun, ['a']);
    await ends[0]?.();
    assert.deepEqual(begun, ['a', 'b']);
    await ends[1]?.();
    assert.deepEqual(begun, ['a', 'b', 'c']);
  });

  test('that are given up before their turn keep nobody waiting', async () => {
    const { begun, request } = connection();
    const endFirst = request('a');
    const endSecond = request('b');
    request('c');
    await endSecond();
    assert.deepEqual(begun, ['a']);
    await endSecond();
    await endFirst();
    assert.deepEqual(begun, ['a', 'c']);
  });

  test('wait for nothing where there is nothing before them', () => {
    const order = new PipelineOrder();
    const first = order.enter();
    assert.equal(first.ready, undefined);
    first.end();
    assert.equal(order.enter().ready, undefined);
  });
});
