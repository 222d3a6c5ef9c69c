import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnacceptedPasswords } from '../../../server/observability/unaccepted-passwords.js';
import { createHashers } from '../../../src/django/hashers/django-hashers.js';

interface Line {
  readonly level: string;
  readonly user?: string;
  readonly reason?: string;
}

function setting(hashersAt: 'settings' | 'declaration' = 'settings') {
  const lines: Line[] = [];
  const work: (() => void)[] = [];
  const line = (level: string) => (fields: object) => void lines.push({ level, ...fields });
  const unaccepted = new UnacceptedPasswords({
    hashers: createHashers(['pbkdf2_sha256']),
    hashersAt,
    log: { info: line('info'), warn: line('warn'), error: line('error') },
    batch: { add: (piece) => void work.push(piece) },
  });
  const settle = (): void => {
    for (const piece of work.splice(0)) piece();
  };
  return { lines, unaccepted, settle, waiting: () => work.length };
}

const secret = 'Q2FuJ3QgdG91Y2ggdGhpcw';
const cases: readonly (readonly [name: string, encoded: string, level: string, reason: RegExp])[] = [
  [
    'one that the site\u2019s list lacks',
    `bcrypt_sha256$$2b$12$${secret}`,
    'warn',
    /is hashed by bcrypt_sha256, which is not accepted: add it to PASSWORD_HASHERS in the site\u2019s settings\.$/,
  ],
  [
    'one that davgate has not',
    `own_hasher$1$${secret}`,
    'warn',
    /is hashed by own_hasher, which davgate does not support: have it reset/,
  ],
  [
    'something in no form of Django\u2019s',
    secret,
    'warn',
    /is hashed by an unnamed hasher, which davgate does not support/,
  ],
  [
    'something of a plain MD5\u2019s length',
    '0123456789abcdef0123456789abcdef',
    'warn',
    /is hashed by unsalted_md5, which is not accepted/,
  ],
  ['a broken one', `pbkdf2_sha256$many$${secret}`, 'warn', /is a broken or too costly hash of pbkdf2_sha256/],
  ['an unusable one', `!${secret}`, 'info', /is unusable: they sign in elsewhere/],
  ['none', '', 'info', /is unusable/],
];
for (const [name, encoded, level, reason] of cases) {
  test(`${name} is told once for each user, without any of it`, () => {
    const { lines, unaccepted, settle } = setting();
    for (const user of ['alice', 'alice', 'bob', 'alice']) {
      unaccepted.refused(user, encoded);
      settle();
    }
    assert.deepEqual(
      lines.map(({ user, level: told }) => `${told} ${user}`),
      [`${level} alice`, `${level} bob`],
    );
    assert.match(lines[0]?.reason ?? '', reason);
    assert.ok(!JSON.stringify(lines).includes(secret) && !JSON.stringify(lines).includes('0123456789abcdef'));
  });
}

test('a wrong password, and a user who is not there, are told of nowhere and cost as much', () => {
  const { lines, unaccepted, settle, waiting } = setting();
  unaccepted.refused('alice', `pbkdf2_sha256$1000$salt$${Buffer.alloc(32).toString('base64')}`);
  unaccepted.refused('nobody', undefined);
  assert.equal(waiting(), 2);
  settle();
  assert.deepEqual(lines, []);
});

test('a password that was set anew by another such hasher is told of again', () => {
  const { lines, unaccepted, settle } = setting('declaration');
  for (const encoded of [`scrypt$1$${secret}`, `argon2$1$${secret}`]) unaccepted.refused('alice', encoded);
  settle();
  assert.deepEqual(
    lines.map(({ reason }) =>
      /by (\w+), which is not accepted: add it to (\S+)\./.exec(reason ?? '')?.slice(1),
    ),
    [
      ['scrypt', '"django.hashers"'],
      ['argon2', '"django.hashers"'],
    ],
  );
});
