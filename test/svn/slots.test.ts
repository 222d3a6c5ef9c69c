import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from '../../src/svn/slots.js';

const never = new AbortController().signal;

test('the slots are given out in the order of asking', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const first = await slots.take(never);
  const second = slots.take(never).then((over) => {
    order.push('second');
    over();
  });
  const third = slots.take(never).then((over) => {
    order.push('third');
    over();
  });
  first();
  await Promise.all([second, third]);
  assert.deepEqual(order, ['second', 'third']);
});

test('a slot is given back once, however often that is said', async () => {
  const slots = new Slots(1);
  const first = await slots.take(never);
  first();
  first();
  await slots.take(never);
  let taken = false;
  void slots.take(never).then(() => (taken = true));
  await new Promise(setImmediate);
  assert.equal(taken, false);
});

test('whoever leaves the queue takes nobody’s slot', async () => {
  const slots = new Slots(1);
  const first = await slots.take(never);
  const leaving = new AbortController();
  const left = slots.take(leaving.signal);
  const after = slots.take(never);
  leaving.abort(new Error('gone'));
  await assert.rejects(left, /gone/);
  first();
  (await after)();
  await assert.rejects(slots.take(leaving.signal), /gone/);
});
