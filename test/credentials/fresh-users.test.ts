import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FreshUsers } from '../../src/credentials/fresh-users.js';
import type { Username } from '../../src/credentials/username.js';
import { isFailure } from '../../src/failure.js';
import { MemoryDirectory } from './memory-directory.js';
import { deferred } from './setting.js';

function named(username: string): Username {
  return { spellings: [username], normalized: username };
}

function fresh(capacity = 10) {
  const directory = new MemoryDirectory();
  directory.put('alice');
  const clock = { now: 0 };
  return { directory, clock, users: new FreshUsers({ directory, now: () => clock.now, capacity }) };
}

describe('FreshUsers', () => {
  test('reads once for all who ask within a second', async () => {
    const { users, directory, clock } = fresh();
    const [one, other] = await Promise.all([users.get(named('alice')), users.get(named('alice'))]);
    assert.equal(one, other);
    clock.now = 999;
    assert.equal(await users.get(named('alice')), one);
    assert.equal(users.peek(named('alice')), one);
    assert.equal(directory.finds, 1);
    clock.now = 1000;
    assert.equal(users.peek(named('alice')), undefined);
    await users.get(named('alice'));
    assert.equal(directory.finds, 2);
  });

  test('counts the age from when the reading began', async () => {
    const { users, directory, clock } = fresh();
    const slow = deferred();
    directory.delay = slow.promise;
    const reading = users.get(named('alice'));
    clock.now = 700;
    slow.resolve();
    assert.ok(await reading);
    clock.now = 999;
    assert.ok(users.peek(named('alice')));
    clock.now = 1000;
    assert.equal(users.peek(named('alice')), undefined);
  });

  test('does not wait for a reading that began over a second ago', async () => {
    const { users, directory, clock } = fresh();
    const slow = deferred();
    directory.delay = slow.promise;
    const early = users.get(named('alice'));
    directory.put('alice', { isActive: false });
    clock.now = 1000;
    directory.delay = undefined;
    assert.equal((await users.get(named('alice')))?.isActive, false);
    slow.resolve();
    assert.equal((await early)?.isActive, true);
    assert.equal(users.peek(named('alice'))?.isActive, false, 'a late answer does not replace a newer one');
  });

  test('keeps the answer of the newer of two readings in the same tick', async () => {
    const { users, directory } = fresh();
    const slow = deferred();
    directory.delay = slow.promise;
    const early = users.get(named('alice'));
    directory.put('alice', { isStaff: true });
    directory.delay = undefined;
    await users.reread(named('alice'));
    slow.resolve();
    await early;
    assert.equal(users.peek(named('alice'))?.identity.isStaff, true);
  });

  test('forgets who is gone, and remembers nobody for a name that nobody has', async () => {
    const { users, directory } = fresh(1);
    await users.get(named('alice'));
    await users.get(named('nobody'));
    assert.ok(users.peek(named('alice')));
    directory.users.delete('alice');
    assert.equal(await users.reread(named('alice')), undefined);
    assert.equal(users.peek(named('alice')), undefined);
    const finds = directory.finds;
    await users.get(named('nobody'));
    assert.equal(directory.finds, finds + 1);
  });

  test('trusts nothing from the future of a clock that went back', async () => {
    const { users, clock } = fresh();
    clock.now = 5000;
    await users.get(named('alice'));
    clock.now = 4000;
    assert.equal(users.peek(named('alice')), undefined);
  });

  test('rejects all who wait for a reading that fails, and reads again for the next', async () => {
    const { users, directory } = fresh();
    directory.gone = true;
    const results = await Promise.allSettled([users.get(named('alice')), users.get(named('alice'))]);
    assert.ok(
      results.every((result) => result.status === 'rejected' && isFailure(result.reason, 'unavailable')),
    );
    assert.equal(directory.finds, 1);
    directory.gone = false;
    assert.ok(await users.get(named('alice')));
  });
});
