import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { throttled } from './throttled-setting.js';

const here = '192.0.2.1';
const there = '198.51.100.1';

describe('the limit for a user name from an address', () => {
  test('refuses without deriving after ten failures in a minute, until the minute is over', async (t) => {
    const { login, guess, pass, authenticator } = throttled(t);
    assert.equal(await guess(here, 'alice', 10), 'wrong');
    pass(12_500);
    assert.equal(await login(here, 'alice', 'another'), 'too-many-requests 48');
    assert.equal(await login(here, 'alice'), 'too-many-requests 48', 'the right password, too');
    assert.equal(authenticator.derivations, 10);
    pass(47_499);
    assert.equal(await login(here, 'alice'), 'too-many-requests 1');
    pass(1);
    assert.equal(await login(here, 'alice'), 'in');
    assert.equal(authenticator.derivations, 11);
  });

  test('holds for that name and that address alone', async (t) => {
    const { login, guess } = throttled(t);
    await guess(here, 'alice', 11);
    assert.equal(await login(here, 'bob'), 'in');
    assert.equal(await login(there, 'alice'), 'in');
  });

  test('is the same for a name that nobody has, and however a name is written', async (t) => {
    const { guess, login } = throttled(t);
    assert.equal(await guess(here, 'nobody', 10), 'wrong');
    assert.equal(await guess(here, 'nobody', 1), 'too-many-requests 60');
    await guess(here, 'alice', 5);
    assert.equal(await guess(here, '\uff41lice', 5), 'wrong');
    assert.equal(await login(here, 'al\uff49ce'), 'too-many-requests 60');
  });

  test('counts anew after a success', async (t) => {
    const { login, guess, directory } = throttled(t);
    await guess(here, 'alice', 9);
    assert.equal(await login(here, 'alice'), 'in');
    directory.put('alice', { encodedPassword: 'plain$changed' });
    assert.equal(await guess(here, 'alice', 10), 'wrong');
    assert.equal(await guess(here, 'alice', 1), 'too-many-requests 60');
  });
});

describe('the limit for an address', () => {
  test('refuses after fifty failures in five minutes, whatever the names', async (t) => {
    const { login, guess, pass, authenticator } = throttled(t);
    for (let user = 0; user < 50; user += 1) assert.equal(await guess(here, `user${user}`, 1), 'wrong');
    pass(1000);
    assert.equal(await guess(here, 'fresh', 1), 'too-many-requests 299');
    assert.equal(await login(here, 'bob'), 'too-many-requests 299');
    assert.equal(authenticator.derivations, 50);
    assert.equal(await login(there, 'bob'), 'in');
    pass(299_000);
    assert.equal(await login(here, 'alice'), 'in');
  });

  test('is not reset by a success of the guesser, which just does not count', async (t) => {
    const { login, guess } = throttled(t, { limits: { address: { failures: 4, seconds: 300 } } });
    await guess(here, 'alice', 3);
    assert.equal(await login(here, 'bob'), 'in');
    assert.equal(await guess(here, 'alice', 1), 'wrong');
    assert.equal(await guess(here, 'alice', 1), 'too-many-requests 300');
  });

  test('counts an IPv6 network of 64 bits as one address', async (t) => {
    const { guess, login } = throttled(t, { limits: { address: { failures: 20, seconds: 300 } } });
    for (let host = 1; host <= 20; host += 1) {
      assert.equal(await guess(`2001:db8:0:7:${host.toString(16)}::9`, `user${host}`, 1), 'wrong');
    }
    assert.equal(await login('2001:db8:0:7::1', 'alice'), 'too-many-requests 300');
    assert.equal(await login('2001:db8:0:8::1', 'alice'), 'in');
  });
});

describe('what does not count', () => {
  const limits = { user: { failures: 2, seconds: 60 }, address: { failures: 2, seconds: 60 } };

  test('a database that cannot tell', async (t) => {
    const { guess, login, directory } = throttled(t, { limits });
    directory.gone = true;
    assert.match((await guess(here, 'alice', 5)) ?? '', /^unavailable/);
    directory.gone = false;
    assert.equal(await login(here, 'alice', 'wrong'), 'wrong');
    assert.equal(await login(here, 'alice'), 'in');
  });

  test('credentials that are never looked at for their length', async (t) => {
    const { login } = throttled(t, { limits });
    for (const _ of [1, 2, 3]) {
      assert.equal(await login(here, 'alice', 'p'.repeat(4097)), 'wrong');
      assert.equal(await login(here, 'n'.repeat(300), 'p'), 'wrong');
    }
    assert.equal(await login(here, 'alice'), 'in');
  });

  test('a login that waits for its turn, however many from one address do', async (t) => {
    const { login, directory, authenticator } = throttled(t);
    const users = Array.from({ length: 200 }, (_, index) => `colleague${index}`);
    for (const user of users) directory.put(user);
    const outcomes = await Promise.all(users.map((user) => login(here, user)));
    assert.ok(outcomes.every((outcome) => outcome === 'in'));
    assert.equal(authenticator.derivations, 200);
  });
});

test('a try tells whether it was checked, and for which limit it was refused', async (t) => {
  const { throttle, authenticator } = throttled(t, {
    limits: { user: { failures: 1, seconds: 60 }, address: { failures: 2, seconds: 60 } },
  });
  const attempted = async (username: string, password = 'wrong') => {
    const attempt = throttle.attempt(here);
    await authenticator.authenticate({ username, password }, attempt).catch(() => undefined);
    return [attempt.counted, attempt.refusedFor];
  };
  assert.deepEqual(await attempted('alice', 'alice-demo'), [true, undefined]);
  assert.deepEqual(await attempted('alice', 'alice-demo'), [false, undefined]);
  assert.deepEqual(await attempted('bob'), [true, undefined]);
  assert.deepEqual(await attempted('bob'), [false, 'user']);
  assert.deepEqual(await attempted('carol'), [true, undefined]);
  assert.deepEqual(await attempted('dave'), [false, 'address']);
});
