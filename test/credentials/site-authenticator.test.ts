import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isFailure } from '../../src/failure.js';
import { setting, signedIn } from './site-setting.js';

const tooMany = (error: unknown): boolean => isFailure(error, 'too-many-requests');
const unavailable = (error: unknown): boolean => isFailure(error, 'unavailable');

describe('a password that the site has found right', () => {
  test('costs one call for its time, and one more each time it is over', async () => {
    const { site, clock, login, authenticator } = setting();
    const all = await Promise.all(Array.from({ length: 100 }, () => login('alice', 'alice-demo')));
    assert.ok(all.every((identity) => identity?.username === 'alice'));
    assert.equal(site.asked.length, 1);
    const credentials = { username: 'alice', password: 'alice-demo' };
    assert.equal(authenticator.recall(credentials, '10.0.0.1')?.username, 'alice');
    clock.now += 59_999;
    assert.equal((await login('alice', 'alice-demo'))?.username, 'alice');
    assert.equal(site.asked.length, 1);
    clock.now += 1;
    assert.equal(authenticator.recall(credentials, '10.0.0.1'), undefined);
    await Promise.all(Array.from({ length: 100 }, () => login('alice', 'alice-demo')));
    assert.equal(site.asked.length, 2);
  });

  test('is refused once its time is over and the site says no, for good', async () => {
    const { site, clock, login } = setting();
    await login('alice', 'alice-demo');
    site.passwords.set('alice', 'another');
    assert.ok(await login('alice', 'alice-demo'), 'nothing tells that a directory has changed');
    clock.now += 60_000;
    assert.equal(await login('alice', 'alice-demo'), undefined);
    assert.equal(await login('alice', 'alice-demo'), undefined);
    assert.equal(site.asked.length, 3);
  });

  test('lets nobody in while the site does not answer, once its time is over', async () => {
    const { site, clock, login } = setting();
    await login('alice', 'alice-demo');
    site.gone = 'asked';
    assert.ok(await login('alice', 'alice-demo'));
    clock.now += 60_000;
    await assert.rejects(login('alice', 'alice-demo'), unavailable);
    await assert.rejects(login('alice', 'alice-demo'), unavailable);
    site.gone = undefined;
    assert.ok(await login('alice', 'alice-demo'));
  });

  for (const [what, change] of [
    ['made inactive', { isActive: false }],
    ['given another password in the table', { encodedPassword: 'plain$other' }],
  ] as const) {
    test(`holds no longer than a second once its user is ${what}`, async () => {
      const { directory, site, clock, login, authenticator } = setting();
      await login('alice', 'alice-demo');
      directory.put('alice', change);
      site.passwords.delete('alice');
      clock.now += 1000;
      assert.equal(
        authenticator.recall({ username: 'alice', password: 'alice-demo' }, '10.0.0.1'),
        undefined,
      );
      assert.equal(await login('alice', 'alice-demo'), undefined);
    });
  }

  test('shows flags and groups as of a second ago, at no call', async () => {
    const { directory, site, clock, login } = setting();
    assert.equal((await login('alice', 'alice-demo'))?.isStaff, false);
    directory.put('alice', { isStaff: true, groups: new Set(['editors']) });
    clock.now += 1000;
    const identity = await login('alice', 'alice-demo');
    assert.equal(identity?.isStaff, true);
    assert.deepEqual([...identity.groups], ['editors']);
    assert.equal(site.asked.length, 1);
  });

  test('lets nobody in while their row cannot be read', async () => {
    const { directory, clock, login } = setting();
    await login('alice', 'alice-demo');
    directory.gone = true;
    clock.now += 1000;
    await assert.rejects(login('alice', 'alice-demo'), unavailable);
  });

  test('goes on where others guess from the same place, over the end of its time', async () => {
    const { clock, login } = setting({ failures: 3 });
    await login('alice', 'alice-demo');
    for (let guess = 0; guess < 3; guess += 1) await login('alice', `no${guess}`);
    await assert.rejects(login('alice', 'no'), tooMany);
    assert.ok(await login('alice', 'alice-demo'));
    clock.now += 60_000;
    assert.ok(await login('alice', 'alice-demo'));
  });

  test('counts as a try in another place', async () => {
    const { site, throttle, login } = setting({ failures: 3 });
    await login('alice', 'alice-demo');
    const elsewhere = () => throttle.attempt('10.9.9.9');
    for (let guess = 0; guess < 3; guess += 1) await login('alice', `no${guess}`, elsewhere());
    await assert.rejects(login('alice', 'alice-demo', elsewhere()), tooMany);
    assert.equal(site.asked.length, 4);
  });
});

describe('what the site does not find right', () => {
  test('is counted, whoever it is about, and each spelling of a name as the same', async () => {
    const { site, login } = setting({ failures: 3 });
    for (const name of ['alice', 'ALICE', ' aLiCe ']) assert.equal(await login(name, 'no'), undefined);
    await assert.rejects(login('AlicE', 'no'), tooMany);
    for (let guess = 0; guess < 3; guess += 1) await login('nobody', 'no');
    await assert.rejects(login('nobody', 'no'), tooMany);
    assert.equal(site.asked.length, 6);
  });

  test('costs the same for a wrong password, an unknown and an inactive user: one call and one reading', async () => {
    const { directory, site, found, login } = setting();
    directory.put('carol', { isActive: false });
    site.passwords.set('carol', 'carol-demo');
    for (const [name, password] of [
      ['alice', 'no'],
      ['nobody', 'no'],
      ['carol', 'no'],
      ['carol', 'carol-demo'],
    ] as const) {
      found.length = site.asked.length = 0;
      assert.equal(await login(name, password), undefined);
      assert.deepEqual([site.asked.length, found.length], [1, 1], `${name} ${password}`);
    }
  });

  test('is not remembered', async () => {
    const { site, login } = setting();
    assert.equal(await login('alice', 'new'), undefined);
    site.passwords.set('alice', 'new');
    assert.ok(await login('alice', 'new'));
  });

  test('is counted where the site was asked and has not answered', async () => {
    const { site, login } = setting({ failures: 3 });
    site.gone = 'asked';
    for (let guess = 0; guess < 3; guess += 1) {
      await assert.rejects(login('alice', `no${guess}`), unavailable);
    }
    await assert.rejects(login('alice', 'alice-demo'), tooMany);
    assert.equal(site.asked.length, 3);
  });

  test('is not counted while the site cannot be asked, and lets nobody in', async () => {
    const { site, login } = setting({ failures: 3 });
    site.gone = 'unasked';
    for (let round = 0; round < 10; round += 1)
      await assert.rejects(login('alice', 'alice-demo'), unavailable);
    site.gone = undefined;
    assert.ok(await login('alice', 'alice-demo'));
  });

  test('is not asked about where it can be nobody\u2019s', async () => {
    const { site, login } = setting();
    for (const [name, password] of [
      ['', 'x'],
      ['a'.repeat(255), 'x'],
      ['alice', 'x'.repeat(4097)],
      ['ali\0ce', 'x'],
      ['alice', 'alice-demo\0'],
    ] as const) {
      assert.equal(await login(name, password), undefined);
    }
    assert.deepEqual(site.asked, []);
  });
});

test('the user who is gone when the site has answered is nobody', async () => {
  const { directory, site, login } = setting();
  const alice = directory.users.get('alice');
  assert.ok(alice);
  site.signIn = () => {
    directory.users.delete('alice');
    return Promise.resolve(signedIn(alice));
  };
  assert.equal(await login('alice', 'alice-demo'), undefined);
});

describe('a row that has the key of the site\u2019s user and', () => {
  for (const [what, other] of [
    ['another name', { username: 'Alice' }],
    ['another stored password', { encodedPassword: 'plain$another' }],
  ] as const) {
    test(`${what} lets nobody in, and the log says why`, async () => {
      const { directory, site, noted, login } = setting();
      const alice = directory.users.get('alice');
      assert.ok(alice);
      site.signIn = () => Promise.resolve(signedIn({ ...alice, ...other }));
      assert.equal(await login('alice', 'alice-demo'), undefined);
      assert.match(noted.join(), /^The site and davgate do not read the same row/);
      assert.doesNotMatch(noted.join(), /alice|demo|another\$/i);
    });
  }
});
