import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  SessionAuthenticator,
  type SessionAuthenticatorOptions,
} from '../../src/credentials/session-authenticator.js';
import { isFailure } from '../../src/failure.js';
import { MemoryDirectory } from './memory-directory.js';
import { deferred, settled } from './setting.js';

/** Sessions whose cookies are user names, in a directory that counts and waits. */
function setting(options: Partial<SessionAuthenticatorOptions> = {}) {
  const directory = new MemoryDirectory();
  directory.put('alice');
  directory.put('bob');
  const clock = { now: 5000 };
  const sessions = new SessionAuthenticator({ sessions: directory, now: () => clock.now, ...options });
  const name = async (cookie: string) => (await sessions.authenticate(cookie))?.username;
  return { directory, clock, sessions, name };
}

/** Begins a reading that has seen the row and waits until `finish`; later ones do not wait. */
async function slowly<T>(directory: MemoryDirectory, read: () => Promise<T>) {
  const wait = deferred();
  directory.delay = wait.promise;
  const answer = read();
  await settled();
  directory.delay = undefined;
  const finish = () => {
    wait.resolve();
    return answer;
  };
  return { finish };
}

describe('a session', () => {
  test('is its user, without the password', async () => {
    const { sessions } = setting();
    const identity = await sessions.authenticate('alice');
    assert.equal(identity?.username, 'alice');
    assert.equal('encodedPassword' in identity, false);
    assert.equal('isActive' in identity, false);
  });

  test('is nobody when it is unknown, empty or too long, or its user inactive', async () => {
    const { directory, name } = setting();
    directory.put('dave', { isActive: false });
    directory.put('x'.repeat(4097));
    for (const cookie of ['eve', 'dave', 'x'.repeat(4097), '']) assert.equal(await name(cookie), undefined);
    assert.equal(directory.finds, 2);
  });

  test('is read once a second', async () => {
    const { directory, clock, name } = setting();
    for (const now of [5000, 5500, 5999]) {
      clock.now = now;
      assert.equal(await name('alice'), 'alice');
    }
    assert.equal(directory.finds, 1);
    clock.now = 6000;
    await name('alice');
    assert.equal(directory.finds, 2);
  });

  test('ends within a second, and begins at once', async () => {
    const { directory, clock, name } = setting();
    await name('alice');
    const alice = directory.users.get('alice');
    directory.users.delete('alice');
    clock.now += 999;
    assert.equal(await name('alice'), 'alice');
    clock.now += 1;
    assert.equal(await name('alice'), undefined);
    directory.put('alice', alice);
    assert.equal(await name('alice'), 'alice');
  });

  test('is read once for all who ask at the same time', async () => {
    const { directory, name } = setting();
    const answers = await Promise.all(Array.from({ length: 100 }, () => name('alice')));
    assert.deepEqual(new Set(answers), new Set(['alice']));
    assert.equal(directory.finds, 1);
  });

  test('is not another one', async () => {
    const { name } = setting();
    assert.deepEqual(await Promise.all([name('alice'), name('bob')]), ['alice', 'bob']);
  });

  test('counts from when its reading began, however slow the database is', async () => {
    const { directory, clock, name } = setting();
    const slow = await slowly(directory, () => name('alice'));
    directory.users.delete('alice');
    clock.now += 1000;
    assert.equal(await name('alice'), undefined);
    assert.equal(await slow.finish(), 'alice');
    assert.equal(await name('alice'), undefined);
  });

  test('read later is not replaced by a reading that began before', async () => {
    const { directory, clock, name } = setting();
    const slow = await slowly(directory, () => name('alice'));
    clock.now += 1000;
    directory.put('alice', { isStaff: true });
    await name('alice');
    await slow.finish();
    assert.equal(directory.finds, 2);
    await name('alice');
    assert.equal(directory.finds, 2);
  });

  test('cannot be told while the database is gone, and can right after', async () => {
    const { directory, name } = setting();
    directory.gone = true;
    const unavailable = (error: unknown) => isFailure(error, 'unavailable');
    await assert.rejects(name('alice'), unavailable);
    await assert.rejects(Promise.all([name('alice'), name('alice')]), unavailable);
    directory.gone = false;
    assert.equal(await name('alice'), 'alice');
  });

  test('is not driven out by guesses, and by others only past the capacity', async () => {
    const { directory, name } = setting({ capacity: 2 });
    await name('alice');
    await name('bob');
    for (let guess = 0; guess < 100; guess += 1) await name(`guess${guess}`);
    const before = directory.finds;
    await name('alice');
    await name('bob');
    assert.equal(directory.finds, before);
    directory.put('carol');
    await name('carol');
    await name('alice');
    assert.equal(directory.finds, before + 2);
  });
});
