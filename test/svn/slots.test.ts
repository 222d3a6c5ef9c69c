import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { goneWith, stays } from './gone.js';
import { isFailure } from '../../src/failure.js';
import { type Held, type SlotLimits, Slots } from '../../src/svn/slots.js';

function slotsOf(most: number, mostOfOne = most, more: Partial<SlotLimits> = {}): Slots {
  return new Slots({
    most,
    mostOfOne,
    mostWaiting: 100,
    mostWaitingOfOne: 100,
    patience: 60_000,
    now: () => 0,
    ...more,
  });
}

test('the slots are given out in the order of asking', async () => {
  const slots = slotsOf(1);
  const order: string[] = [];
  const first = await slots.take('alice', stays);
  const second = slots.take('alice', stays).then((slot) => {
    order.push('second');
    slot.release();
  });
  const third = slots.take('alice', stays).then((slot) => {
    order.push('third');
    slot.release();
  });
  first.release();
  await Promise.all([second, third]);
  assert.deepEqual(order, ['second', 'third']);
});

test('a slot is given back once, however often that is said', async () => {
  const slots = slotsOf(1);
  const first = await slots.take('alice', stays);
  first.release();
  first.release();
  await slots.take('alice', stays);
  let taken = false;
  void slots.take('alice', stays).then(() => (taken = true));
  await new Promise(setImmediate);
  assert.equal(taken, false);
});

test('whoever leaves the queue takes nobody’s slot', async () => {
  const slots = slotsOf(1);
  const first = await slots.take('alice', stays);
  const leaving = new AbortController();
  const left = slots.take('alice', goneWith(leaving.signal));
  const after = slots.take('alice', stays);
  leaving.abort(new Error('gone'));
  await assert.rejects(left, /gone/);
  first.release();
  (await after).release();
});

test('one owner leaves the rest of the slots to the others', async () => {
  const slots = slotsOf(3, 2);
  const first = await slots.take('alice', stays);
  await slots.take('alice', stays);
  const order: string[] = [];
  const third = slots.take('alice', stays).then(() => order.push('alice'));
  const bob = await slots.take('bob', stays);
  const more = slots.take('bob', stays).then(() => order.push('bob'));
  bob.release();
  await more;
  assert.deepEqual(order, ['bob']);
  first.release();
  await third;
  assert.deepEqual(order, ['bob', 'alice']);
});

test('of what is shared by amounts, one owner gets their part at most', () => {
  const slots = slotsOf(100, 25);
  const whole = slots.takeFree('alice', 1000);
  assert.ok(whole);
  assert.equal(slots.takeFree('alice', 1), undefined);
  for (const other of ['bob', 'carol', 'dave']) assert.ok(slots.takeFree(other, 25));
  assert.equal(slots.takeFree('erin', 1), undefined);
  whole.release();
  assert.ok(slots.takeFree('erin', 25));
});

test('who finds too many waiting is told to come again', async () => {
  const slots = slotsOf(1, 1, { mostWaiting: 3, mostWaitingOfOne: 2 });
  const first = await slots.take('alice', stays);
  const waiting = ['alice', 'alice', 'bob'].map((owner) => slots.take(owner, stays));
  for (const owner of ['alice', 'carol']) {
    await assert.rejects(
      slots.take(owner, stays),
      (error) => isFailure(error, 'unavailable') && error.headers.some(([name]) => name === 'Retry-After'),
    );
  }
  for (const slot of [first, ...waiting]) (await slot).release();
});

describe('while somebody waits', () => {
  const held = (moved: () => number | undefined, ended: string[], name: string): Held => ({
    patience: 30_000,
    moved,
    end: () => ended.push(name),
  });

  test('it is for so long and no longer', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const clock = { now: 0 };
    const slots = slotsOf(1, 1, { now: () => clock.now });
    await slots.take('alice', stays);
    const waiting = assert.rejects(slots.take('bob', stays), (error) => isFailure(error, 'unavailable'));
    for (; clock.now <= 60_000; clock.now += 1000) t.mock.timers.tick(1000);
    await waiting;
    assert.equal(slots.takeFree('bob'), undefined);
  });

  test('whose client moves nothing gives way, and nobody else does', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const clock = { now: 0 };
    const slots = slotsOf(4, 4, { now: () => clock.now });
    const ended: string[] = [];
    const moves = { moving: () => clock.now, working: () => undefined, stalled: () => 7 };
    for (const [name, moved] of Object.entries(moves)) {
      (await slots.take(name, stays)).holdFor(held(moved, ended, name));
    }
    await slots.take('unknown', stays);
    const waiting = slots.take('bob', stays);
    for (; clock.now < 29_000; clock.now += 1000) t.mock.timers.tick(1000);
    assert.deepEqual(ended, []);
    for (; clock.now < 50_000; clock.now += 1000) t.mock.timers.tick(1000);
    await waiting;
    assert.deepEqual(ended, ['stalled']);
  });

  test('nobody gives way to whom only their own share keeps waiting', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const clock = { now: 0 };
    const slots = slotsOf(4, 1, { now: () => clock.now });
    const ended: string[] = [];
    (await slots.take('alice', stays)).holdFor(held(() => 7, ended, 'alice'));
    (await slots.take('bob', stays)).holdFor(held(() => undefined, ended, 'bob'));
    const waiting = assert.rejects(slots.take('bob', stays));
    for (; clock.now <= 60_000; clock.now += 1000) t.mock.timers.tick(1000);
    await waiting;
    assert.deepEqual(ended, []);
  });

  test('nobody is watched before', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const clock = { now: 0 };
    const slots = slotsOf(1, 1, { now: () => clock.now });
    const ended: string[] = [];
    (await slots.take('alice', stays)).holdFor(held(() => 7, ended, 'alice'));
    clock.now = 3_600_000;
    const waiting = slots.take('bob', stays);
    t.mock.timers.tick(1000);
    assert.deepEqual(ended, []);
    for (let looks = 0; looks < 30; looks += 1) {
      clock.now += 1000;
      t.mock.timers.tick(1000);
    }
    await waiting;
    assert.deepEqual(ended, ['alice']);
  });
});
