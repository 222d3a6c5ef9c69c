import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { PipelineOrder } from '../../server/pipeline-order.js';

/** A connection whose requests log when they begin; each ends when it is told to. */
function connection() {
  const order = new PipelineOrder();
  const socket = new Socket();
  const begun: string[] = [];
  return {
    begun,
    request: (name: string, method: string): (() => Promise<void>) => {
      const { promise, resolve } = later();
      const ready = order.enter(socket, method, promise);
      void Promise.resolve(ready).then(() => begun.push(name));
      return async () => {
        resolve();
        await settled();
      };
    },
  };
}

function later(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
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

  test('of other connections wait for nobody', async () => {
    const order = new PipelineOrder();
    const endless = new Promise<void>(() => undefined);
    assert.equal(order.enter(new Socket(), 'PUT', endless), undefined);
    assert.equal(order.enter(new Socket(), 'PUT', endless), undefined);
    await settled();
  });
});
