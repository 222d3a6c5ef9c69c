import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goneWith, stays } from './gone.js';
import { Slots } from '../../src/svn/slots.js';

test('the slots are given out in the order of asking', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const first = await slots.take('alice', stays);
  const second = slots.take('alice', stays).then((over) => {
    order.push('second');
    over();
  });
  const third = slots.take('alice', stays).then((over) => {
    order.push('third');
    over();
  });
  first();
  await Promise.all([second, third]);
  assert.deepEqual(order, ['second', 'third']);
});

test('a slot is given back once, however often that is said', async () => {
  const slots = new Slots(1);
  const first = await slots.take('alice', stays);
  first();
  first();
  await slots.take('alice', stays);
  let taken = false;
  void slots.take('alice', stays).then(() => (taken = true));
  await new Promise(setImmediate);
  assert.equal(taken, false);
});

test('whoever leaves the queue takes nobody’s slot', async () => {
  const slots = new Slots(1);
  const first = await slots.take('alice', stays);
  const leaving = new AbortController();
  const left = slots.take('alice', goneWith(leaving.signal));
  const after = slots.take('alice', stays);
  leaving.abort(new Error('gone'));
  await assert.rejects(left, /gone/);
  first();
  (await after)();
});

test('one owner leaves the rest of the slots to the others', async () => {
  const slots = new Slots(3, 2);
  const first = await slots.take('alice', stays);
  await slots.take('alice', stays);
  const order: string[] = [];
  const third = slots.take('alice', stays).then(() => order.push('alice'));
  const bob = await slots.take('bob', stays);
  const more = slots.take('bob', stays).then(() => order.push('bob'));
  bob();
  await more;
  assert.deepEqual(order, ['bob']);
  first();
  await third;
  assert.deepEqual(order, ['bob', 'alice']);
});
