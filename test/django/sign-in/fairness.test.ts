import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isFailure } from '../../../src/failure.js';
import { until } from '../../helpers/until.js';
import { signingSite } from './signing-site.js';

/** Whoever is called `slow` waits for the file `go-on`. */
const own = `
import os, time

class Slow(BaseBackend):
    def authenticate(self, request, username=None, password=None):
        if username == 'slow':
            with open('slow', 'a') as file:
                file.write('slow\\n')
            while not os.path.exists('go-on'):
                time.sleep(0.02)
`;

function slowSite(t: TestContext) {
  const site = signingSite(t, { backends: ['own.Slow', 'own.Counting'], own });
  const file = join(site.folder, 'slow');
  return {
    ...site,
    /** How many slow questions are, or were, under way. */
    slow: (): number => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0),
    goOn: () => {
      writeFileSync(join(site.folder, 'go-on'), '');
    },
  };
}

const there = { place: 'there' };
const here = { place: 'here' };
const unavailable = (error: unknown): boolean => isFailure(error, 'unavailable');

test('slow answers to one place leave half of the processes to all others', async (t) => {
  const site = slowSite(t);
  const pool = site.pool({ size: 4, patience: 120_000 });
  const slow = Array.from({ length: 20 }, () => pool.signIn('slow', 'x', there));
  await until(() => site.slow() === 2, 'two are asked');
  for (let round = 0; round < 3; round += 1) {
    assert.equal((await pool.signIn('alice', 'alice-demo', here))?.username, 'alice');
  }
  assert.equal(site.slow(), 2);
  site.goOn();
  assert.deepEqual([...new Set(await Promise.all(slow))], [undefined]);
  assert.equal(site.slow(), 20);
});

test('from one place no more than 64 questions wait; the next is told when to come again', async (t) => {
  const site = slowSite(t);
  const pool = site.pool({ size: 1, patience: 120_000 });
  const slow = pool.signIn('slow', 'x', there);
  await until(() => site.slow() === 1, 'it is asked');
  const waiting = Array.from({ length: 64 }, () => pool.signIn('alice', 'alice-demo', there));
  await assert.rejects(pool.signIn('alice', 'alice-demo', there), (error) => {
    assert.ok(isFailure(error, 'unavailable'));
    assert.deepEqual(error.headers, [['Retry-After', '2']]);
    return true;
  });
  const elsewhere = pool.signIn('bob', 'bob-demo', here);
  site.goOn();
  assert.equal((await elsewhere)?.username, 'bob');
  assert.ok(site.calls().filter((name) => name === 'alice').length < 64, 'it took its turn before them');
  await Promise.all([slow, ...waiting]);
});

test('what takes too long delays no other start', async (t) => {
  const site = slowSite(t);
  const pool = site.pool({ size: 1, patience: 3000, backOff: 600_000 });
  await pool.loaded();
  const before = pool.pids;
  await assert.rejects(pool.signIn('slow', 'x', there), unavailable);
  await until(async () => {
    try {
      return (await pool.signIn('alice', 'alice-demo', here))?.username === 'alice';
    } catch {
      return false;
    }
  }, 'another process answers');
  assert.notDeepEqual(pool.pids, before);
});

test('a pool that is retired ends what nobody waits for, and answers what it is still asked', async (t) => {
  const site = slowSite(t);
  const pool = site.pool({ size: 4, patience: 120_000 });
  const slow = pool.signIn('slow', 'x', there);
  await until(() => site.slow() === 1, 'it is asked');
  assert.ok(await pool.signIn('alice', 'alice-demo', here));
  assert.equal(pool.pids.length, 2);
  pool.retire();
  await until(() => pool.pids.length === 1, 'one has ended');
  site.goOn();
  assert.equal(await slow, undefined);
  await until(() => pool.pids.length === 0, 'all have ended');
  assert.ok(await pool.signIn('alice', 'alice-demo', here));
  await until(() => pool.pids.length === 0, 'the last one has ended');
  assert.deepEqual(site.notes, []);
});
