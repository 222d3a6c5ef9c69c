import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHashers, knownAlgorithms } from '../../../src/django/hashers/django-hashers.js';
import { isReadable } from './reading.js';

const key32 = '5tuQCugaCgPrOLBI0iqWbAHJTASny77gEWVw6lSGup4=';
const key20 = 'aDapRanzW8aHTz97v2TcfHzWD+I=';
const key64 = `${'A'.repeat(86)}==`;
const argonKey = 'YC9+jJCrQhs5R6db7LlN8Q';
const bcryptTail = `${'a'.repeat(21)}u${'b'.repeat(30)}C`;
const hex32 = '88a434c88cca4e900f7874cd98123f43';
const hex40 = '6d138ca3ae545631b3abd71a4f076ce759c5700b';

/** Encodings at the edge of what is read, then broken ones beside them. */
const edges: Record<string, { readable: string[]; broken: string[] }> = {
  pbkdf2_sha256: {
    readable: [`pbkdf2_sha256$1$a$${key32}`, `pbkdf2_sha256$10000000$соль é\n$${key32}`],
    broken: [
      'pbkdf2_sha256',
      'pbkdf2_sha256$',
      'pbkdf2_sha256$$$',
      'pbkdf2_sha256$1$a',
      ...[
        '',
        '0',
        '-1',
        '+1',
        '01',
        '1.0',
        '1e0',
        ' 1',
        '1 ',
        '0x1',
        'NaN',
        '１',
        '10000001',
        '9'.repeat(20),
      ].map((iterations) => `pbkdf2_sha256$${iterations}$a$${key32}`),
      `pbkdf2_sha256$1$$${key32}`,
      `pbkdf2_sha256$1$a$`,
      `pbkdf2_sha256$1$a$${key32}\n`,
      `pbkdf2_sha256$1$a$${key32}$`,
      `pbkdf2_sha256$1$a$x$${key32}`,
      `pbkdf2_sha256$1$a$${key32.slice(0, -1)}`,
      `pbkdf2_sha256$1$a$${key32.slice(4)}`,
      `pbkdf2_sha256$1$a$*${key32.slice(1)}`,
      `pbkdf2_sha256$1$a$${key20}`,
      `pbkdf2_sha512$1$a$${key32}`,
      ` pbkdf2_sha256$1$a$${key32}`,
      `PBKDF2_SHA256$1$a$${key32}`,
      `pbkdf2_sha256$1$${'a'.repeat(1024)}$${key32}`,
    ],
  },
  pbkdf2_sha1: {
    readable: [`pbkdf2_sha1$10000000$a$${key20}`],
    broken: [`pbkdf2_sha1$10000001$a$${key20}`, `pbkdf2_sha1$1$a$${key32}`, `pbkdf2_sha1$1$$${key20}`],
  },
  argon2: {
    readable: [
      `argon2$argon2i$m=8,t=1,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2d$v=16$m=524288,t=16,p=255$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=8,t=1048576,p=1$c29tZXNhbHQ$AAAAAA`,
      `argon2$argon2id$v=19$m=2040,t=1,p=255$${'A'.repeat(400)}$${'A'.repeat(400)}`,
    ],
    broken: [
      `argon2$argon2$v=19$m=8,t=1,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2x$v=19$m=8,t=1,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=18$m=8,t=1,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=$m=8,t=1,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$t=1,m=8,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=8,t=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=8,t=1,p=1,keyid=a$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=8,t=0,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=8,t=01,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=7,t=1,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=15,t=1,p=2$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=2048,t=1,p=256$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=524289,t=1,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=524288,t=17,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=8,t=4294967295,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$${argonKey}`,
      `argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXM$${argonKey}`,
      `argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ=$${argonKey}`,
      `argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHR$${argonKey}`,
      `argon2$argon2id$v=19$m=8,t=1,p=1$$${argonKey}`,
      'argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA',
      'argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAA',
      'argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAB',
      `argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$${argonKey}==`,
      `argon2$$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$${argonKey}`,
      `$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$${argonKey}`,
    ],
  },
  bcrypt: {
    readable: [`bcrypt$$2a$04$${bcryptTail}`, `bcrypt$$2b$16$${bcryptTail}`, `bcrypt$$2y$12$${bcryptTail}`],
    broken: [
      ...['2$04', '2x$04', '2c$04', '2b$03', '2b$17', '2b$31', '2b$32', '2b$4', '2b$+4', '2b$004', '2b$'].map(
        (settings) => `bcrypt$$${settings}$${bcryptTail}`,
      ),
      `bcrypt$2b$04$${bcryptTail}`,
      `$2b$04$${bcryptTail}`,
      `bcrypt$$2b$04$${bcryptTail}=`,
      `bcrypt$$2b$04$${bcryptTail.slice(1)}`,
      `bcrypt$$2b$04$${bcryptTail.replace('u', 'v')}`,
      `bcrypt$$2b$04$${bcryptTail.replace('C', 'D')}`,
      `bcrypt$$2b$04$+${bcryptTail.slice(1)}`,
    ],
  },
  bcrypt_sha256: {
    readable: [`bcrypt_sha256$$2b$12$${bcryptTail}`],
    broken: [`bcrypt_sha256$$2b$17$${bcryptTail}`, `bcrypt_sha512$$2b$12$${bcryptTail}`],
  },
  scrypt: {
    readable: [`scrypt$2$a$1$1$${key64}`, `scrypt$16384$соль$8$64$${key64}`, `scrypt$131072$a$15$1$${key64}`],
    broken: [
      ...['', '0', '1', '3', '12345', '-2', '+2', '02', '2.0', '2e1', '16777216'].map(
        (n) => `scrypt$${n}$a$1$1$${key64}`,
      ),
      `scrypt$2$$1$1$${key64}`,
      `scrypt$2$a$0$1$${key64}`,
      `scrypt$2$a$1$0$${key64}`,
      `scrypt$2$a$1$1$1$${key64}`,
      `scrypt$2$a$1$${key64}`,
      `scrypt$2$a$1$1$${key64.slice(1)}`,
      `scrypt$2$a$1$1$${key32}`,
      `scrypt$16384$a$8$65$${key64}`,
      `scrypt$262144$a$8$1$${key64}`,
      `scrypt$2$a$1$3000000$${key64}`,
      `scrypt$2$a$99999999$99999999$${key64}`,
    ],
  },
  md5: {
    readable: [`md5$a$${hex32}`],
    broken: [
      `md5$a$${hex32.toUpperCase()}`,
      `md5$a$${hex32}0`,
      `md5$a$b$${hex32}`,
      `md5$${hex32}`,
      `md5$a$${hex40}`,
    ],
  },
  sha1: {
    readable: [`sha1$a$${hex40}`],
    broken: [`sha1$a$${hex40.toUpperCase()}`, `sha1$a$${hex40}0`, `sha1$a$${hex32}`, `sha1$${hex40}`],
  },
  unsalted_md5: {
    readable: [hex32, `md5$$${hex32}`],
    broken: [hex32.toUpperCase(), `${hex32}0`, hex32.slice(1), `!${hex32.slice(1)}`, `unsalted_md5$${hex32}`],
  },
  unsalted_sha1: {
    readable: [`sha1$$${hex40}`],
    broken: [hex40, `sha1$$${hex40.toUpperCase()}`, `sha1$$${hex40}0`, `sha1$$${hex40.slice(1)}`],
  },
  crypt: {
    readable: ['crypt$$ab1Hv2Lg7ltQo', 'crypt$ab$ab1Hv2Lg7ltQo'],
    broken: [
      'crypt$ab1Hv2Lg7ltQo',
      'crypt$$ab1Hv2Lg7ltQ',
      'crypt$$ab1Hv2Lg7ltQoo',
      'crypt$$*0',
      'crypt$$$1$salt$qJH7.N4xYta3aEG/dfqo/0',
      'crypt$$_J9..rasmBYk8r9AiWNc',
    ],
  },
};

const nobodys = [
  '',
  ' ',
  '$',
  '$$$',
  '!',
  '!Xq7bHbJZ0e1oJcVd3mQyqK4wPz9nT2sLfRgUaEiO',
  '__proto__$1$a$b',
  'constructor',
];

for (const algorithm of knownAlgorithms) {
  describe(`encodings of ${algorithm}`, () => {
    const { readable = [], broken = [] } = edges[algorithm] ?? {};
    const alone = createHashers([algorithm]);
    const others = createHashers(knownAlgorithms.filter((other) => other !== algorithm));

    for (const encoded of readable) {
      test(`${encoded.slice(0, 60)} is read, where this hasher is accepted`, () => {
        assert.ok(alone.read(encoded));
        assert.ok(isReadable(encoded));
        assert.equal(others.read(encoded), undefined);
        assert.equal(isReadable(`!${encoded}`), false);
      });
    }

    test('broken ones are not read', () => {
      assert.ok(readable.length > 0 && broken.length > 0);
      for (const encoded of [...broken, ...nobodys]) assert.equal(isReadable(encoded), false, encoded);
    });
  });
}
