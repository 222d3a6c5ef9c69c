import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Derivation } from '../../../src/django/hashers/derivation.js';
import { derive } from '../../../src/django/hashers/derive.js';
import { createHashers } from '../../../src/django/hashers/django-hashers.js';
import { SitePasswords } from '../../../src/django/hashers/site-passwords.js';
import { Failure, isFailure } from '../../../src/failure.js';

/** A derivation without its salt: what it costs. */
function costOf(derivation: Derivation): string {
  switch (derivation.kind) {
    case 'pbkdf2':
      return `pbkdf2_${derivation.digest} ${derivation.iterations}`;
    case 'argon2':
      return `${derivation.variant} m=${derivation.memory} t=${derivation.passes} p=${derivation.lanes}`;
    case 'bcrypt':
      return `bcrypt ${derivation.cost}`;
    case 'scrypt':
      return `scrypt ${derivation.cost} ${derivation.blockSize} ${derivation.parallelism}`;
    case 'digest':
    case 'crypt':
      return derivation.kind;
  }
}

/** A site whose newest password of each algorithm is in `samples`, and what was derived there. */
function site(algorithms: readonly string[], samples: Record<string, string> = {}) {
  const log: string[] = [];
  const state = { now: 0, samples, asked: 0, gone: false, really: true };
  const passwords = new SitePasswords({
    hashers: createHashers(algorithms),
    deriver: {
      derive: (derivation, password) => {
        log.push(costOf(derivation));
        return state.really ? derive(derivation, password) : Promise.resolve('x');
      },
    },
    samples: {
      passwordSample: (asked) => {
        state.asked += 1;
        if (state.gone) return Promise.reject(new Failure('unavailable', 'gone'));
        const [newest] = Object.keys(state.samples).filter((algorithm) => asked.includes(algorithm));
        return Promise.resolve(newest === undefined ? undefined : state.samples[newest]);
      },
    },
    now: () => state.now,
  });
  return { log, state, passwords };
}

/** Encodings of `lètmein`, made with Django. */
const encodings: Record<string, [encoded: string, cost: string]> = {
  pbkdf2_sha256: ['pbkdf2_sha256$1$a$SJyqkEmVyNIWLRmFKkHUwozV2B4NByyfNuRFUVfLMSI=', 'pbkdf2_sha256 1'],
  pbkdf2_sha1: ['pbkdf2_sha1$1$a$TaKAhXII3tGFlV5uD68mI15uYkc=', 'pbkdf2_sha1 1'],
  argon2: ['argon2$argon2d$v=16$m=8,t=1,p=1$ZWlnaHQgb3IgbW9yZQ$To3WBQ', 'argon2d m=8 t=1 p=1'],
  bcrypt_sha256: ['bcrypt_sha256$$2a$04$oS5lOjScYpHm3cMHifLBVuTUhxPxfhySBpTnQz9e5tkIDM3OEUTXC', 'bcrypt 4'],
  bcrypt: ['bcrypt$$2a$04$/jM4JqmEnotYOnProagJoudw1e/gAu66B6vIN/UsI.mAKVVUOcYqq', 'bcrypt 4'],
  scrypt: [
    'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
    'scrypt 16384 8 1',
  ],
  md5: ['md5$a$a6ec12903c04955b48794b5a07b75d17', 'digest'],
  sha1: ['sha1$a$1d67ab63845bb0236af98be4cf43ef5089b4df09', 'digest'],
  unsalted_md5: ['88a434c88cca4e900f7874cd98123f43', 'digest'],
  unsalted_sha1: ['sha1$$6d138ca3ae545631b3abd71a4f076ce759c5700b', 'digest'],
  crypt: ['crypt$$abprj99vCww4M', 'crypt'],
};

for (const [algorithm, [encoded, cost]] of Object.entries(encodings)) {
  describe(`where ${algorithm} is the default, one derivation of its cost answers`, () => {
    const cases: [name: string, password: string, encoded: string | undefined, right: boolean][] = [
      ['the right password', 'lètmein', encoded, true],
      ['a wrong one', 'guess', encoded, false],
      ['an empty one', '', encoded, false],
      ['nobody', 'guess', undefined, false],
      ['nobody, with the password of the newest user', 'lètmein', undefined, false],
      ['an unusable password', 'lètmein', `!${encoded}`, false],
      ['an empty encoding', '', '', false],
      ['an unknown algorithm', 'lètmein', `rot13$${encoded}`, false],
      ['one that is not accepted', 'a', 'sha256$a$b', false],
      ['a broken one', 'lètmein', encoded.slice(0, -1), false],
      [
        'one that costs too much',
        'lètmein',
        'pbkdf2_sha256$99999999$a$SJyqkEmVyNIWLRmFKkHUwozV2B4NByyfNuRFUVfLMSI=',
        false,
      ],
    ];
    for (const [name, password, stored, right] of cases) {
      test(name, async () => {
        const { log, passwords } = site([algorithm], { [algorithm]: encoded });
        assert.equal(await passwords.check(password, stored), right);
        assert.deepEqual(log, [cost]);
      });
    }
  });
}

describe('what nobody is derived with', () => {
  const [pbkdf2, argon2] = [encodings.pbkdf2_sha256?.[0] ?? '', encodings.argon2?.[0] ?? ''];
  const cases: [name: string, algorithms: string[], samples: Record<string, string>, cost: string][] = [
    [
      'the newest password of the default hasher',
      ['argon2', 'pbkdf2_sha256'],
      { pbkdf2_sha256: pbkdf2, argon2 },
      'argon2d m=8 t=1 p=1',
    ],
    [
      'the newest of another one, where none is of the default',
      ['argon2', 'pbkdf2_sha256'],
      { pbkdf2_sha256: pbkdf2 },
      'pbkdf2_sha256 1',
    ],
    ["a broken sample's default", ['argon2'], { argon2: 'argon2$broken' }, 'argon2id m=102400 t=2 p=8'],
    ['nobody yet: pbkdf2_sha256', ['pbkdf2_sha256', 'argon2'], {}, 'pbkdf2_sha256 1000000'],
    ['nobody yet: pbkdf2_sha1', ['pbkdf2_sha1'], {}, 'pbkdf2_sha1 1000000'],
    ['nobody yet: argon2', ['argon2'], {}, 'argon2id m=102400 t=2 p=8'],
    ['nobody yet: bcrypt_sha256', ['bcrypt_sha256'], {}, 'bcrypt 12'],
    ['nobody yet: bcrypt', ['bcrypt'], {}, 'bcrypt 12'],
    ['nobody yet: scrypt', ['scrypt'], {}, 'scrypt 16384 8 5'],
    ['nobody yet: md5', ['md5'], {}, 'digest'],
    ['nobody yet: crypt', ['crypt'], {}, 'crypt'],
  ];
  for (const [name, algorithms, samples, cost] of cases) {
    test(name, async () => {
      const { log, state, passwords } = site(algorithms, samples);
      state.really = false;
      assert.equal(await passwords.check('', undefined), false);
      assert.deepEqual(log, [cost]);
    });
  }

  test('it is learnt anew after ten minutes', async () => {
    const { log, state, passwords } = site(['argon2'], { argon2 });
    state.really = false;
    await passwords.check('x', undefined);
    state.samples = { argon2: argon2.replace('t=1', 't=3') };
    state.now = 599_999;
    await passwords.check('x', undefined);
    assert.equal(state.asked, 1);
    state.now = 600_000;
    await passwords.check('x', undefined);
    assert.equal(state.asked, 2);
    assert.deepEqual(log, ['argon2d m=8 t=1 p=1', 'argon2d m=8 t=1 p=1', 'argon2d m=8 t=3 p=1']);
  });

  test('rejects while it cannot be learnt', async () => {
    const { state, passwords } = site(['argon2'], { argon2 });
    state.gone = true;
    await assert.rejects(passwords.check('lètmein', argon2), (error) => isFailure(error, 'unavailable'));
    state.gone = false;
    assert.equal(await passwords.check('lètmein', argon2), true);
  });
});

describe('a password that is cheaper than usual', () => {
  const usual = 'pbkdf2_sha256$500$a$SJyqkEmVyNIWLRmFKkHUwozV2B4NByyfNuRFUVfLMSI=';
  const cheap = encodings.pbkdf2_sha256?.[0] ?? '';
  const digest = encodings.md5?.[0] ?? '';
  const foreign = encodings.bcrypt?.[0] ?? '';
  const cases: [name: string, password: string, encoded: string, right: boolean, log: string[]][] = [
    ['right', 'lètmein', cheap, true, ['pbkdf2_sha256 1']],
    ['wrong: the difference is paid', 'guess', cheap, false, ['pbkdf2_sha256 1', 'pbkdf2_sha256 499']],
    ['wrong, a mere digest: all is paid', 'guess', digest, false, ['digest', 'pbkdf2_sha256 500']],
    ['right, a mere digest', 'lètmein', digest, true, ['digest']],
    ['wrong, of another kind', 'guess', foreign, false, ['bcrypt 4']],
  ];
  for (const [name, password, encoded, right, expected] of cases) {
    test(name, async () => {
      const { log, passwords } = site(['pbkdf2_sha256', 'bcrypt', 'md5'], { pbkdf2_sha256: usual });
      assert.equal(await passwords.check(password, encoded), right);
      assert.deepEqual(log, expected);
    });
  }
});
