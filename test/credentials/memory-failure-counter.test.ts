import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFailureCounter } from '../../src/credentials/memory-failure-counter.js';
import { failureCounterContract } from '../contracts/failure-counter-contract.js';

failureCounterContract('the memory', () => Promise.resolve(new MemoryFailureCounter()));

test('of more keys than it holds, those added to longest ago are forgotten', async () => {
  const counter = new MemoryFailureCounter(3);
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) await counter.add(key, 60);
  const counts = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => counter.read(key)));
  assert.deepEqual(
    counts.map((count) => count?.failures),
    [2, undefined, undefined, 1, 1],
  );
});

test('a cleared key makes room', async () => {
  const counter = new MemoryFailureCounter(2);
  await counter.add('a', 60);
  await counter.add('b', 60);
  await counter.clear('b');
  await counter.add('c', 60);
  assert.equal((await counter.read('a'))?.failures, 1);
});
