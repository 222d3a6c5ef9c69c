import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsagePool } from '../../src/async/usage-pool.js';

function setting() {
  const closed: string[] = [];
  const shared = new UsagePool<{ name: string }>(({ name }) => {
    closed.push(name);
  });
  let made = 0;
  const use = (key: string) =>
    shared.use(key, () => {
      made += 1;
      return Promise.resolve({ name: `${key}${made}` });
    });
  return { shared, use, closed };
}

test('what is shared is made once for all who use it at the same time, and closed after the last', async () => {
  const { use, closed } = setting();
  const [one, other] = await Promise.all([use('a'), use('a')]);
  assert.equal(one.value, other.value);
  await one.release();
  assert.equal((await use('a')).value, one.value);
  assert.deepEqual(closed, []);
  await other.release();
  assert.deepEqual(closed, []);
});

test('what is shared is made anew once the last has let go of it', async () => {
  const { use, closed } = setting();
  const first = await use('a');
  const other = await use('b');
  await first.release();
  assert.deepEqual(closed, ['a1']);
  assert.deepEqual([(await use('a')).value.name, other.value.name], ['a3', 'b2']);
});

test('what could not be made for sharing is tried again by the next', async () => {
  const { shared, use } = setting();
  const failing = () => Promise.reject(new Error('no'));
  const results = await Promise.allSettled([shared.use('a', failing), shared.use('a', failing)]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal((await use('a')).value.name, 'a1');
});
