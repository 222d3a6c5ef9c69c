import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LoginAttempt } from '../../src/credentials/authenticator.js';
import { deferred, setting, settled } from './setting.js';

describe('signing in', () => {
  test('the right password gives the identity, without the stored password', async () => {
    const { signIn, directory } = setting();
    directory.put('alice', { groups: new Set(['editors']), permissions: new Set(['docs.view_document']) });
    assert.deepEqual(await signIn('alice'), {
      id: '1',
      username: 'alice',
      isStaff: false,
      isSuperuser: false,
      groups: new Set(['editors']),
      permissions: new Set(['docs.view_document']),
    });
  });

  test('a user name is normalised (NFKC), and shares its verification', async () => {
    const { signIn, authenticator } = setting();
    assert.equal((await signIn('\uff41lice', 'alice-demo'))?.username, 'alice');
    assert.equal((await signIn('alice'))?.username, 'alice');
    assert.equal(authenticator.derivations, 1);
  });

  test('a name that the site stores without NFKC is found as it is, by itself alone', async () => {
    const { signIn, directory, authenticator } = setting();
    directory.put('\ufb01ona');
    assert.equal((await signIn('\ufb01ona'))?.username, '\ufb01ona');
    assert.equal(await signIn('fiona', '\ufb01ona-demo'), undefined);
    assert.equal(authenticator.derivations, 2);
  });

  test('of two users whose names are one in NFKC each signs in alone, whoever came first', async () => {
    for (const order of [
      ['\ufb01ona', 'fiona'],
      ['fiona', '\ufb01ona'],
    ]) {
      const { signIn, directory } = setting();
      for (const name of order) directory.put(name);
      for (const name of order) assert.equal((await signIn(name))?.username, name);
      assert.equal(await signIn('\ufb01ona', 'fiona-demo'), undefined);
      assert.equal(await signIn('fiona', '\ufb01ona-demo'), undefined);
    }
  });

  test('each spelling costs the same, whether or not somebody has it', async () => {
    for (const [stored, given] of [
      ['\ufb01ona', '\ufb01ona'],
      ['fiona', '\ufb01ona'],
      ['nobody', '\ufb01ona'],
    ] as const) {
      const { signIn, directory, authenticator } = setting();
      directory.put(stored);
      assert.equal(await signIn(given, 'wrong'), undefined);
      assert.deepEqual([directory.finds, authenticator.derivations], [2, 1], stored);
    }
  });

  test('all spellings of a name are counted as one', async () => {
    const { authenticator } = setting();
    const counted: string[] = [];
    const attempt: LoginAttempt = {
      place: 'here',
      admit: (username) => {
        counted.push(username);
        return Promise.resolve();
      },
      count: (username, check) => {
        counted.push(username);
        return check();
      },
    };
    for (const username of ['\ufb01ona', '\uff46\uff49ona', 'fiona']) {
      await authenticator.authenticate({ username, password: 'wrong' }, attempt);
    }
    assert.deepEqual(new Set(counted), new Set(['fiona']));
    assert.equal(counted.length, 6);
  });

  test('a password is not normalised', async () => {
    const { signIn, directory } = setting();
    directory.put('alice', { encodedPassword: 'plain$ｅ\u0301' });
    assert.ok(await signIn('alice', 'ｅ\u0301'));
    assert.equal(await signIn('alice', '\u00e9'), undefined);
  });

  test('case counts in a user name', async () => {
    const { signIn } = setting();
    assert.equal(await signIn('Alice', 'alice-demo'), undefined);
  });

  const sizes: [name: string, username: string, password: string, derivations: number][] = [
    ['4,096 bytes of password', 'alice', 'p'.repeat(4096), 1],
    ['4,097 bytes of password', 'alice', 'p'.repeat(4097), 0],
    ['2,048 letters of two bytes', 'alice', 'é'.repeat(2048), 1],
    ['2,049 letters of two bytes', 'alice', 'é'.repeat(2049), 0],
    ['a name of 254 letters', 'n'.repeat(254), 'p', 1],
    ['a name of 255 letters', 'n'.repeat(255), 'p', 0],
    ['a name of 254 letters outside the BMP', '🫐'.repeat(254), 'p', 1],
    ['a name of 255 letters outside the BMP', '🫐'.repeat(255), 'p', 0],
    ['a name that is 254 letters once normalised', 'e\u0301'.repeat(254), 'p', 1],
    ['a name that is 270 letters once normalised, and 15 as it is', '\ufdfa'.repeat(15), 'p', 1],
    ['a name that is 4,590 letters once normalised, and 255 as it is', '\ufdfa'.repeat(255), 'p', 0],
    ['an empty name', '', 'p', 0],
    ['an empty password', 'alice', '', 1],
  ];
  for (const [name, username, password, derivations] of sizes) {
    test(`${name}: ${derivations === 1 ? 'derived' : 'refused without deriving'}`, async () => {
      const { signIn, authenticator } = setting();
      assert.equal(await signIn(username, password), undefined);
      assert.equal(authenticator.derivations, derivations);
    });
  }

  const failures: [name: string, username: string, password: string][] = [
    ['an unknown user', 'nobody', 'nobody-demo'],
    ['an inactive user with the right password', 'inactive', 'inactive-demo'],
    ['an inactive user with a wrong password', 'inactive', 'wrong'],
    ['a wrong password', 'alice', 'wrong'],
    ['a password that cannot be used', 'unusable', '!'],
  ];
  for (const [name, username, password] of failures) {
    test(`${name} costs one reading and one derivation, each time`, async () => {
      const { signIn, directory, passwords, authenticator } = setting();
      directory.put('inactive', { isActive: false });
      directory.put('unusable', { encodedPassword: '!' });
      for (const times of [1, 2, 3]) {
        assert.equal(await signIn(username, password), undefined);
        assert.deepEqual(
          [directory.finds, passwords.checked, authenticator.derivations],
          [times, times, times],
        );
      }
    });
  }
});

describe('one derivation', () => {
  test('serves 100 first requests at once and 1,000 later ones', async () => {
    const { signIn, authenticator, directory } = setting();
    const first = await Promise.all(Array.from({ length: 100 }, () => signIn('alice')));
    assert.ok(first.every((identity) => identity?.username === 'alice'));
    for (let request = 0; request < 1000; request += 1) assert.ok(await signIn('alice'));
    assert.equal(authenticator.derivations, 1);
    assert.equal(directory.finds, 1);
  });

  test('serves all seconds to come, each with one reading', async () => {
    const { signIn, authenticator, directory, clock } = setting();
    await signIn('alice');
    for (let second = 1; second <= 10; second += 1) {
      clock.now += 1000;
      await Promise.all(Array.from({ length: 50 }, () => signIn('alice')));
      assert.equal(directory.finds, 1 + second);
    }
    assert.equal(authenticator.derivations, 1);
  });

  test('serves 100 wrong requests at once, and is not remembered', async () => {
    const { signIn, authenticator } = setting();
    const answers = await Promise.all(Array.from({ length: 100 }, () => signIn('alice', 'wrong')));
    assert.ok(answers.every((identity) => identity === undefined));
    assert.equal(authenticator.derivations, 1);
    await signIn('alice', 'wrong');
    assert.equal(authenticator.derivations, 2);
  });

  test('is not shared by other credentials', async () => {
    const { signIn, authenticator, directory } = setting();
    directory.put('ab', { encodedPassword: 'plain$c' });
    directory.put('a', { encodedPassword: 'plain$bc' });
    const answers = await Promise.all([
      signIn('ab', 'c'),
      signIn('a', 'bc'),
      signIn('a', 'c'),
      signIn('alice'),
    ]);
    assert.deepEqual(
      answers.map((identity) => identity?.username),
      ['ab', 'a', undefined, 'alice'],
    );
    assert.equal(authenticator.derivations, 4);
  });
});

describe('a changed password', () => {
  test('ends the old one within a second, and is good at once', async () => {
    const { signIn, authenticator, directory, clock } = setting();
    await signIn('alice');
    directory.put('alice', { encodedPassword: 'plain$new' });
    assert.ok(await signIn('alice', 'new'));
    assert.equal(authenticator.derivations, 2);
    assert.equal(await signIn('alice'), undefined, 'the new reading tells of the old one too');
    clock.now += 1000;
    assert.equal(await signIn('alice'), undefined);
    assert.ok(await signIn('alice', 'new'));
  });

  test('ends the old one a second after the reading, though nobody tried the new one', async () => {
    const { signIn, directory, clock } = setting();
    await signIn('alice');
    directory.put('alice', { encodedPassword: 'plain$new' });
    clock.now += 999;
    assert.ok(await signIn('alice'), 'not read again yet');
    clock.now += 1;
    assert.equal(await signIn('alice'), undefined);
  });

  test('that is encoded anew is derived once more', async () => {
    const { signIn, authenticator, directory, clock, passwords } = setting();
    passwords.check = (password, encoded) =>
      Promise.resolve(encoded?.startsWith(`plain$${password}`) === true);
    await signIn('alice');
    directory.put('alice', { encodedPassword: 'plain$alice-demo, with more rounds' });
    clock.now += 1000;
    for (let request = 0; request < 5; request += 1) assert.ok(await signIn('alice'));
    assert.equal(authenticator.derivations, 2);
  });
});

describe('a slow derivation', () => {
  test('does not let in who was deactivated meanwhile', async () => {
    const { signIn, directory, clock, passwords } = setting();
    passwords.during = () => {
      directory.put('alice', { isActive: false });
      clock.now += 1000;
    };
    assert.equal(await signIn('alice'), undefined);
  });

  test('that waited long for its turn reads the user when it begins', async () => {
    const { signIn, directory, passwords } = setting({ atOnce: 1 });
    const hold = deferred();
    passwords.during = () => hold.promise;
    const first = signIn('bob');
    const second = signIn('alice');
    await settled();
    directory.put('alice', { isActive: false });
    hold.resolve();
    assert.ok(await first);
    assert.equal(await second, undefined);
  });
});
