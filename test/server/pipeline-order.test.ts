import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PipelineOrder } from '../../server/pipeline-order.js';

/** A connection whose requests log when they begin; each ends when it is told to. */
function connection() {
  const order = new PipelineOrder();
  const begun: string[] = [];
  return {
    begun,
    request: (name: string, method: string): (() => Promise<void>) => {
      const { ready, end } = order.enter(method);
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
  test('that read run side by side', async () => {
    const { begun, request } = connection();
    request('a', 'GET');
    request('b', 'PROPFIND');
    request('c', 'REPORT');
    await settled();
    assert.deepEqual(begun, ['a', 'b', 'c']);
  });

  test('that change something wait for all before them, and those after wait for them', async () => {
    const { begun, request } = connection();
    const endFirst = request('get', 'GET');
    const endSecond = request('get again', 'GET');
    const endPut = request('put', 'PUT');
    const endDelete = request('delete', 'DELETE');
    request('last', 'GET');
    await settled();
    assert.deepEqual(begun, ['get', 'get again']);
    await endSecond();
    assert.deepEqual(begun, ['get', 'get again']);
    await endFirst();
    assert.deepEqual(begun, ['get', 'get again', 'put']);
    await endPut();
    assert.deepEqual(begun, ['get', 'get again', 'put', 'delete']);
    await endDelete();
    assert.deepEqual(begun, ['get', 'get again', 'put', 'delete', 'last']);
  });

  test('that are given up before their turn keep nobody waiting', async () => {
    const { begun, request } = connection();
    const endPut = request('put', 'PUT');
    const endDelete = request('delete', 'DELETE');
    request('get', 'GET');
    await endDelete();
    assert.deepEqual(begun, ['put', 'delete']);
    await endDelete();
    await endPut();
    assert.deepEqual(begun, ['put', 'delete', 'get']);
  });

  test('wait for nothing where there is nothing before them', () => {
    const order = new PipelineOrder();
    const first = order.enter('PUT');
    assert.equal(first.ready, undefined);
    first.end();
    assert.equal(order.enter('PUT').ready, undefined);
  });
});
