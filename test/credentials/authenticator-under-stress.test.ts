import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFailure } from '../../src/failure.js';
import { deferred, setting, settled } from './setting.js';

const unavailable = (error: unknown) => isFailure(error, 'unavailable');

describe('a database that is gone', () => {
  test('rejects everybody after a second at most, and lets them in again without deriving', async () => {
    const { signIn, authenticator, directory, clock } = setting();
    await signIn('alice');
    directory.gone = true;
    await assert.rejects(signIn('bob'), unavailable);
    await assert.rejects(signIn('alice', 'wrong'), unavailable);
    clock.now += 1000;
    await assert.rejects(signIn('alice'), unavailable);
    const many = await Promise.allSettled(Array.from({ length: 50 }, () => signIn('alice')));
    assert.ok(many.every((result) => result.status === 'rejected' && unavailable(result.reason)));
    assert.equal(authenticator.derivations, 1);
    directory.gone = false;
    assert.ok(await signIn('alice'));
    assert.equal(authenticator.derivations, 1);
    assert.ok(await signIn('bob'));
  });

  test('a checker that cannot tell rejects, and nothing is remembered', async () => {
    const { signIn, passwords } = setting();
    passwords.during = () => Promise.reject(new Error('no samples'));
    await assert.rejects(signIn('alice'), { message: 'no samples' });
    passwords.during = undefined;
    assert.ok(await signIn('alice'));
    assert.equal(passwords.checked, 2);
  });
});

describe('bounds', () => {
  test('guesses drive out no verified credentials and no users', async () => {
    const { signIn, authenticator, directory } = setting({ capacity: 10 });
    const users = Array.from({ length: 10 }, (_, index) => `user${index}`);
    for (const username of users) directory.put(username);
    for (const username of users) await signIn(username);
    for (let guess = 0; guess < 500; guess += 1) {
      await signIn('user3', `guess${guess}`);
      await signIn(`stranger${guess}`);
    }
    const [derivations, finds] = [authenticator.derivations, directory.finds];
    for (const username of users) assert.ok(await signIn(username));
    assert.deepEqual([authenticator.derivations, directory.finds], [derivations, finds]);
  });

  test('the credentials not used for longest are forgotten', async () => {
    const { signIn, authenticator, directory } = setting({ capacity: 2 });
    directory.put('carol');
    for (const username of ['alice', 'bob', 'alice', 'carol', 'alice']) assert.ok(await signIn(username));
    assert.equal(authenticator.derivations, 3);
    assert.ok(await signIn('bob'));
    assert.equal(authenticator.derivations, 4);
  });

  test('verified credentials go on working while guesses fill the queue; others are told to come again', async () => {
    const { signIn, directory, clock, passwords, gate } = setting({ atOnce: 1, waiting: 3 });
    await signIn('alice');
    const hold = deferred();
    passwords.during = () => hold.promise;
    const guesses = Array.from({ length: 4 }, (_, guess) => signIn('alice', `guess${guess}`));
    await settled();
    assert.deepEqual([gate.running, gate.waiting], [1, 3]);
    const finds = directory.finds;
    await assert.rejects(signIn('bob'), (error) => {
      assert.ok(isFailure(error, 'unavailable'));
      assert.deepEqual(error.headers, [['Retry-After', '1']]);
      return true;
    });
    assert.equal(directory.finds, finds, 'who is turned away costs the database nothing');
    clock.now += 1000;
    assert.ok(await signIn('alice'));
    hold.resolve();
    assert.ok((await Promise.all(guesses)).every((identity) => identity === undefined));
    assert.ok(await signIn('bob'));
  });
});
