import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FailureCounter } from '../../src/credentials/failure-counter.js';
import { MemoryFailureCounter } from '../../src/credentials/memory-failure-counter.js';
import { Failure } from '../../src/failure.js';
import { deferred, settled } from './setting.js';
import { tally, throttled } from './throttled-setting.js';

const here = '192.0.2.1';
const there = '198.51.100.1';

describe('guesses at the same time', () => {
  test('do not slip past the limit while passwords are derived', async (t) => {
    const { login, authenticator } = throttled(t, { atOnce: 8 });
    const guesses = Array.from({ length: 200 }, (_, guess) => login(here, 'alice', `guess${guess}`));
    assert.deepEqual(tally(await Promise.all(guesses)), { wrong: 10, 'too-many-requests 60': 190 });
    assert.equal(authenticator.derivations, 10);
    const spread = Array.from({ length: 200 }, (_, guess) => login(here, `user${guess}`));
    assert.deepEqual(tally(await Promise.all(spread)), { wrong: 40, 'too-many-requests 300': 160 });
    assert.equal(authenticator.derivations, 50);
  });

  test('find nothing that is remembered from elsewhere, even before the first of them has failed', async (t) => {
    const { login, passwords } = throttled(t, { atOnce: 1 });
    assert.equal(await login(there, 'alice'), 'in');
    const hold = deferred();
    passwords.during = () => hold.promise;
    const guesses = Array.from({ length: 100 }, (_, guess) => login(here, 'alice', `guess${guess}`));
    const right = login(here, 'alice');
    await settled();
    hold.resolve();
    assert.equal((await Promise.all(guesses)).filter((outcome) => outcome === 'wrong').length, 10);
    assert.equal(await right, 'too-many-requests 60');
  });

  test('that are refused leave the counts as they were', async (t) => {
    const keys = new Set<string>();
    class SeenCounter extends MemoryFailureCounter {
      override add(key: string, seconds: number) {
        keys.add(key);
        return super.add(key, seconds);
      }
    }
    const counter = new SeenCounter();
    const limits = { user: { failures: 3, seconds: 60 }, address: { failures: 5, seconds: 60 } };
    const { login } = throttled(t, { counter, limits });
    const users = Array.from({ length: 40 }, (_, guess) => (guess % 2 === 0 ? 'alice' : 'bob'));
    const outcomes = await Promise.all(users.map((user, guess) => login(here, user, `guess${guess}`)));
    assert.deepEqual(tally(outcomes), { wrong: 5, 'too-many-requests 60': 35 });
    const counts = await Promise.all(Array.from(keys, (key) => counter.read(key)));
    assert.deepEqual(counts.map((count) => count?.failures).sort(), [2, 3, 5]);
  });

  test('that are past the limit do not take the places of those who wait for their turn', async (t) => {
    const { login, guess, passwords, gate } = throttled(t, { atOnce: 1, waiting: 2 });
    await guess(here, 'alice', 10);
    const hold = deferred();
    passwords.during = () => hold.promise;
    const waiting = [login(there, 'x'), login(there, 'y'), login(there, 'z')];
    await settled();
    assert.equal(gate.waiting, 2);
    assert.equal(await login(here, 'alice', 'another'), 'too-many-requests 60');
    assert.equal(await login(there, 'alice', 'another'), 'unavailable 1');
    hold.resolve();
    await Promise.all(waiting);
  });

  test('of the same password are one', async (t) => {
    const { login, authenticator } = throttled(t);
    const wrong = await Promise.all(Array.from({ length: 100 }, () => login(here, 'alice', 'wrong')));
    assert.deepEqual(tally(wrong), { wrong: 100 });
    const right = await Promise.all(Array.from({ length: 100 }, () => login(here, 'alice')));
    assert.deepEqual(tally(right), { in: 100 });
    assert.equal(authenticator.derivations, 2);
  });

  test('of the same password do not share a refusal with another place', async (t) => {
    const { login, guess, passwords } = throttled(t, {
      limits: { address: { failures: 2, seconds: 60 } },
      atOnce: 1,
    });
    const hold = deferred();
    passwords.during = () => hold.promise;
    const guesses = [guess(here, 'x', 1), guess(here, 'y', 1)];
    await settled();
    const [refused, taken] = [login(here, 'alice'), login(there, 'alice')];
    await settled();
    hold.resolve();
    await Promise.all(guesses);
    assert.deepEqual([await refused, await taken], ['too-many-requests 60', 'in']);
  });
});

describe('verified credentials', () => {
  test('go on where they were used, through an attack in their name from there and from elsewhere', async (t) => {
    const { login, guess, pass, authenticator } = throttled(t);
    assert.equal(await login(here, 'alice'), 'in');
    for (let minute = 0; minute < 10; minute += 1) {
      for (const place of [here, there]) {
        assert.match((await guess(place, 'alice', 30)) ?? '', /^too-many-requests/);
        for (let user = 0; user < 50; user += 1) await guess(place, `user${user}`, 1);
      }
      assert.equal(await login(here, 'alice'), 'in');
      pass(30_000);
      assert.equal(await login(here, 'alice'), 'in');
    }
    assert.ok(authenticator.derivations < 250);
  });

  test('are a try like any other elsewhere, though without a derivation', async (t) => {
    const { login, guess, authenticator } = throttled(t);
    await login(here, 'alice');
    await guess(there, 'alice', 10);
    assert.equal(await login(there, 'alice'), 'too-many-requests 60');
    const third = '203.0.113.1';
    await guess(third, 'alice', 9);
    const derivations = authenticator.derivations;
    assert.equal(await login(third, 'alice'), 'in');
    await guess(third, 'alice', 10);
    assert.equal(await login(third, 'alice'), 'in');
    assert.equal(authenticator.derivations, derivations + 10);
  });

  test('of somebody deactivated count as wrong', async (t) => {
    const { login, directory, pass } = throttled(t, { limits: { user: { failures: 2, seconds: 60 } } });
    await login(here, 'alice');
    directory.put('alice', { isActive: false });
    pass(1000);
    assert.deepEqual(
      [await login(here, 'alice'), await login(here, 'alice'), await login(here, 'alice')],
      ['wrong', 'wrong', 'too-many-requests 60'],
    );
    assert.equal(await login(there, 'alice'), 'wrong');
  });
});

describe('a counter that does not answer', () => {
  /** Works until it is broken. */
  class FragileCounter extends MemoryFailureCounter {
    broken: keyof FailureCounter | 'all' | undefined;
    break: () => Promise<never> = () => Promise.reject(new Failure('unavailable', 'Gone.'));

    override read(key: string) {
      return this.broken === 'read' || this.broken === 'all' ? this.break() : super.read(key);
    }
    override add(key: string, seconds: number) {
      return this.broken === 'add' || this.broken === 'all' ? this.break() : super.add(key, seconds);
    }
    override takeBack(key: string) {
      return this.broken === 'takeBack' || this.broken === 'all' ? this.break() : super.takeBack(key);
    }
    override clear(key: string) {
      return this.broken === 'clear' || this.broken === 'all' ? this.break() : super.clear(key);
    }
  }

  test('keeps out everybody but those who are verified, and nothing is derived', async (t) => {
    const counter = new FragileCounter();
    const { login, authenticator } = throttled(t, { counter });
    await login(here, 'alice');
    for (const broken of ['all', 'read', 'add'] as const) {
      counter.broken = broken;
      assert.match(await login(here, 'bob'), /^unavailable/, broken);
      assert.match(await login(there, 'alice'), /^unavailable/, broken);
      assert.equal(await login(here, 'alice'), 'in');
    }
    assert.equal(authenticator.derivations, 1);
    counter.broken = undefined;
    assert.equal(await login(here, 'bob'), 'in');
  });

  test('that cannot uncount keeps nobody out', async (t) => {
    const counter = new FragileCounter();
    const { login, directory } = throttled(t, { counter });
    for (const broken of ['clear', 'takeBack'] as const) {
      counter.broken = broken;
      directory.put(broken);
      assert.equal(await login(here, broken), 'in');
    }
  });

  test('in time is one that does not answer', async (t) => {
    const counter = new FragileCounter();
    const { login } = throttled(t, { counter, patience: 20 });
    await login(here, 'alice');
    counter.broken = 'all';
    counter.break = () => new Promise(() => undefined);
    assert.equal(await login(here, 'bob'), 'unavailable 2');
    assert.equal(await login(here, 'alice'), 'in');
  });
});
