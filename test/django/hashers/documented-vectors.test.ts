import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matches } from './reading.js';

/** From Django's own tests (tests/auth_tests/test_hashers.py) of the versions named. */
const documented: [version: string, password: string, encoded: string][] = [
  ['4.1', 'lètmein', 'pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c='],
  ['5.2', 'lètmein', 'pbkdf2_sha256$1000000$seasalt$r1uLUxoxpP2Ued/qxvmje7UH9PUJBkRrvf9gGPL7Cps='],
  ['4.1', 'lètmein', 'pbkdf2_sha256$390000$seasalt2$geC/uZ92nRXDSjSxeoiBqYyRcrLzMm8xK3ro1QS1uo8='],
  ['4.1', 'lètmein', 'pbkdf2_sha1$390000$seasalt2$aDapRanzW8aHTz97v2TcfHzWD+I='],
  ['3.2', 'lètmein', 'sha1$seasalt$cff36ea83f5706ce9aa7454e63e431fc726b2dc8'],
  ['3.2', 'lètmein', 'md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3'],
  ['3.2', 'lètmein', '88a434c88cca4e900f7874cd98123f43'],
  ['3.2', 'lètmein', 'md5$$88a434c88cca4e900f7874cd98123f43'],
  ['3.2', 'lètmein', 'sha1$$6d138ca3ae545631b3abd71a4f076ce759c5700b'],
  ['3.2', 'lètmei', 'crypt$$ab1Hv2Lg7ltQo'],
  [
    '3.2',
    'secret',
    'argon2$argon2i$m=8,t=1,p=1$c29tZXNhbHQ$gwQOXSNhxiOxPOA0+PY10P9QFO4NAYysnqRt1GSQLE55m+2GYDt9FEjPMHhP2Cuf0nOEXXMocVrsJAtNSsKyfg',
  ],
  ['3.2', 'secret', 'argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YC9+jJCrQhs5R6db7LlN8Q'],
  ['3.2', 'secret', 'argon2$argon2id$v=19$m=102400,t=2,p=8$Y041dExhNkljRUUy$TMa6A8fPJhCAUXRhJXCXdw'],
  [
    '4.0',
    'lètmein',
    'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
  ],
  [
    '5.1',
    'lètmein',
    'scrypt$16384$seasalt$8$5$ECMIUp+LMxMSK8xB/IVyba+KYGTI7FTnet025q/1f/vBAVnnP3hdYqJuRi+mJn6ji6ze3Fbb7JEFPKGpuEf5vw==',
  ],
];

describe("Django's documented vectors", () => {
  for (const [version, password, encoded] of documented) {
    test(`${version}: ${encoded.slice(0, 60)}`, async () => {
      assert.equal(await matches(password, encoded), true);
      assert.equal(await matches(`${password.slice(0, -1)}z`, encoded), false);
    });
  }

  test("a bare SHA-1 is nobody's", async () => {
    assert.equal(await matches('lètmein', '6d138ca3ae545631b3abd71a4f076ce759c5700b'), false);
  });
});

// RFC 7914 section 12; RFC 9106 sections 5.1 to 5.3 have a secret, which Django's form cannot carry.
test("scrypt's documented vector", async () => {
  const key =
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2' +
    'd5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
  const encoded = `scrypt$16384$SodiumChloride$8$1$${Buffer.from(key, 'hex').toString('base64')}`;
  assert.equal(await matches('pleaseletmein', encoded), true);
  assert.equal(await matches('pleaseletmeout', encoded), false);
});

describe("bcrypt's documented vectors (Openwall's crypt_blowfish)", () => {
  const vectors: [password: string, encoded: string][] = [
    ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    ['U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
  ];
  for (const [password, encoded] of vectors) {
    test(password, async () => {
      assert.equal(await matches(password, `bcrypt$${encoded}`), true);
      assert.equal(await matches(`${password}*`, `bcrypt$${encoded}`), false);
      assert.equal(await matches(password, `bcrypt_sha256$${encoded}`), false);
    });
  }
});
