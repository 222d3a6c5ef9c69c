import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Hasher } from '../../../src/django/hashers/hasher.js';
import { HasherRegistry } from '../../../src/django/hashers/hasher-registry.js';
import { pbkdf2Sha256 } from '../../../src/django/hashers/pbkdf2-sha256.js';
import { SitePasswords } from '../../../src/django/hashers/site-passwords.js';
import { Failure, isFailure } from '../../../src/failure.js';

/** A hasher of `toy$rounds$password` that writes down what it did. */
function toyHasher(log: string[]): Hasher {
  return {
    algorithm: 'toy',
    read: (encoded) => {
      const [, rounds, stored] = /^toy\$(\d+)\$(.*)$/.exec(encoded) ?? [];
      if (rounds === undefined) return undefined;
      return {
        algorithm: 'toy',
        rounds: Number(rounds),
        verify: (password) => {
          log.push(`verify ${rounds}`);
          return Promise.resolve(password === stored);
        },
        spend: (_password, more) => {
          log.push(`spend ${more}`);
          return Promise.resolve();
        },
      };
    },
  };
}

function site(sample: string | undefined = 'toy$500$newest') {
  const log: string[] = [];
  const state = { now: 0, sample, samplings: 0, gone: false };
  const passwords = new SitePasswords({
    hashers: new HasherRegistry([toyHasher(log), { ...toyHasher(log), algorithm: 'other' }]),
    samples: {
      passwordSample: (algorithms) => {
        assert.deepEqual(algorithms, ['toy', 'other']);
        state.samplings += 1;
        if (state.gone) return Promise.reject(new Failure('unavailable', 'gone'));
        return Promise.resolve(state.sample);
      },
    },
    now: () => state.now,
  });
  return { log, state, passwords };
}

describe('HasherRegistry', () => {
  const registry = new HasherRegistry([pbkdf2Sha256]);
  const hash = 'A'.repeat(43) + '=';
  const cases: [encoded: string, readable: boolean][] = [
    [`pbkdf2_sha256$1$salt$${hash}`, true],
    ['', false],
    ['!', false],
    ['!Xq7bHbJZ0e1oJcVd3mQyqK4wPz9nT2sLfRgUaEiO', false],
    [`!pbkdf2_sha256$1$salt$${hash}`, false],
    ['pbkdf2_sha256', false],
    ['pbkdf2_sha256$broken', false],
    [`pbkdf2_sha512$1$salt$${hash}`, false],
    ['md5$salt$5f4dcc3b5aa765d61d8327deb882cf99', false],
    ['5f4dcc3b5aa765d61d8327deb882cf99', false],
    ['__proto__$1$salt$x', false],
  ];
  for (const [encoded, readable] of cases) {
    test(`${readable ? 'reads' : 'has no hasher for'} ${JSON.stringify(encoded)}`, () => {
      assert.equal(registry.read(encoded) !== undefined, readable);
    });
  }
});

describe('SitePasswords', () => {
  const cases: [
    name: string,
    password: string,
    encoded: string | undefined,
    right: boolean,
    log: string[],
  ][] = [
    ['a right one', 'secret', 'toy$500$secret', true, ['verify 500']],
    ['a right one that is cheap', 'secret', 'toy$100$secret', true, ['verify 100']],
    ['a wrong one', 'guess', 'toy$500$secret', false, ['verify 500']],
    ['a wrong one that is cheap', 'guess', 'toy$100$secret', false, ['verify 100', 'spend 400']],
    ['a wrong one that is dear', 'guess', 'toy$900$secret', false, ['verify 900']],
    ['nobody', 'guess', undefined, false, ['verify 500']],
    ['nobody, with the password of the sample', 'newest', undefined, false, ['verify 500']],
    ['unusable', 'newest', '!toy$500$newest', false, ['verify 500']],
    ['empty', '', '', false, ['verify 500']],
    ['an unknown algorithm', 'newest', 'argon2$500$newest', false, ['verify 500']],
    ['a broken one', 'newest', 'toy$newest', false, ['verify 500']],
  ];
  for (const [name, password, encoded, right, expected] of cases) {
    test(name, async () => {
      const { log, passwords } = site();
      assert.equal(await passwords.check(password, encoded), right);
      assert.deepEqual(log, expected);
    });
  }

  test('learns anew what the site takes after ten minutes', async () => {
    const { log, state, passwords } = site();
    await passwords.check('x', undefined);
    state.sample = 'toy$800$newer';
    state.now = 599_999;
    await passwords.check('x', undefined);
    assert.equal(state.samplings, 1);
    state.now = 600_000;
    await passwords.check('x', undefined);
    assert.equal(state.samplings, 2);
    assert.deepEqual(log, ['verify 500', 'verify 500', 'verify 800']);
  });

  test('rejects while the sample cannot be had', async () => {
    const { state, passwords } = site();
    state.gone = true;
    await assert.rejects(passwords.check('secret', 'toy$500$secret'), (error) =>
      isFailure(error, 'unavailable'),
    );
    state.gone = false;
    assert.equal(await passwords.check('secret', 'toy$500$secret'), true);
  });

  test('still derives where the site has no password at all', async () => {
    const { log, passwords } = site('toy$broken');
    const before = process.cpuUsage().user;
    assert.equal(await passwords.check('', undefined), false);
    // 600,000 iterations take a tenth of a second or more; 10 ms tell them from none.
    assert.ok(process.cpuUsage().user - before > 10_000);
    assert.deepEqual(log, []);
  });
});
