import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryReturn } from '../../../server/lifecycle/memory-return.js';

const mebibyte = 1024 ** 2;
const usage = (external: number, heapUsed = 30) => ({
  external: external * mebibyte,
  heapUsed: heapUsed * mebibyte,
});

test('garbage is collected after growth outside the heap, and not again for what stays', () => {
  const due = new MemoryReturn();
  assert.equal(due.isDue(usage(10)), false);
  assert.equal(due.isDue(usage(50)), false);
  assert.equal(due.isDue(usage(600)), true);
  due.collected(usage(300));
  assert.equal(due.isDue(usage(300)), false);
  assert.equal(due.isDue(usage(340)), false);
  assert.equal(due.isDue(usage(20)), false);
  assert.equal(due.isDue(usage(80)), true);
});

test('a large heap is left to V8, which would stop everything else for long', () => {
  const due = new MemoryReturn();
  due.isDue(usage(10));
  assert.equal(due.isDue(usage(600, 100)), false);
});
