import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from '../../src/svn/slots.js';

const never = new AbortController().signal;

test('the slots are given out in the order of asking', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const first = await slots.take('alice', never);
  const second = slots.take('alice', never).then((over) => {
    order.push('second');
    over();
  });
  const third = slots.take('alice', never).then((over) => {
    order.push('third');
    over();
  });
  first();
  await Promise.all([second, third]);
  assert.deepEqual(order, ['second', 'third']);
});

test('a slot is given back once, however often that is said', async () => {
  const slots = new Slots(1);
  const first = await slots.take('alice', never);
  first();
  first();
  await slots.take('alice', never);
  let taken = false;
  void slots.take('alice', never).then(() => (taken = true));
  await new Promise(setImmediate);
  assert.equal(taken, false);
});

test('whoever leaves the queue takes nobody’s slot', async () => {
  const slots = new Slots(1);
  const first = await slots.take('alice', never);
  const leaving = new AbortController();
  const left = slots.take('alice', leaving.signal);
  const after = slots.take('alice', never);
  leaving.abort(new Error('gone'));
  await assert.rejects(left, /gone/);
  first();
  (await after)();
  await assert.rejects(slots.take('alice', leaving.signal), /gone/);
});

test('one owner leaves the rest of the slots to the others', async () => {
  const slots = new Slots(3, 2);
  const first = await slots.take('alice', never);
  await slots.take('alice', never);
  const order: string[] = [];
  const third = slots.take('alice', never).then(() => order.push('alice'));
  const bob = await slots.take('bob', never);
  const more = slots.take('bob', never).then(() => order.push('bob'));
  bob();
  await more;
  assert.deepEqual(order, ['bob']);
  first();
  await third;
  assert.deepEqual(order, ['bob', 'alice']);
});
