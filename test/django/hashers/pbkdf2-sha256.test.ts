import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pbkdf2Sha256 } from '../../../src/django/hashers/pbkdf2-sha256.js';

async function verify(password: string, encoded: string): Promise<boolean | undefined> {
  return pbkdf2Sha256.read(encoded)?.verify(password);
}

// Made with Django 3.2's PBKDF2PasswordHasher().encode(password, salt, iterations).
const vectors: [password: string, encoded: string][] = [
  ['alice-demo', 'pbkdf2_sha256$260000$ZkPq3vXb7LwA$Khgq6f7qT9r0c1Bs6kb9fZnEVzhsz41PdWG2z0dky9o='],
  ['', 'pbkdf2_sha256$260000$leerSalzLeer$z5LIW0EMpDA/wjRvCxTvyQyTyL1Brbk7QQrm4jTSCVg='],
  ['Blåbærsyltetøy 🫐', 'pbkdf2_sha256$1000$mKx81Qpa$ukXlRUmdA300W+y4WvlfVPLhCzuzz7kC2mDmVLopwQk='],
  ['пароль', 'pbkdf2_sha256$1$соль-é$5tuQCugaCgPrOLBI0iqWbAHJTASny77gEWVw6lSGup4='],
  ['e\u0301', 'pbkdf2_sha256$5$nfdSalt$m8UoD09CQiSxez4BIvSS/Nyf4p/0gFI9uMjHSOsAPbE='],
  ['\u00e9', 'pbkdf2_sha256$5$nfdSalt$kHLBm1Qhso8LRmPgoZAFpArCI/715tVxuuwroFvhv+I='],
  ['with $ dollar: and colon', 'pbkdf2_sha256$600$aB3dE5$8gZiD09mekOuDH9f1+6j8yn7v4snh8x1GLrqug+vnpA='],
  ['x'.repeat(4096), 'pbkdf2_sha256$2$longone$Kiu1Skz0nmGcv24RNL1xxzojBnE8T4LMDTThWS2kHak='],
  ['trailing space ', 'pbkdf2_sha256$720$s$iFs88laZW034c2lTa+ompCFDI24AWSaSXzBAdWHqyrw='],
];

describe('pbkdf2_sha256', () => {
  for (const [password, encoded] of vectors) {
    const name = JSON.stringify(password.slice(0, 30));
    test(`takes ${name} for ${encoded}`, async () => {
      assert.equal(await verify(password, encoded), true);
    });
    test(`takes nothing but ${name} for ${encoded}`, async () => {
      for (const other of [`${password} `, password.toUpperCase() + 'x', `é${password}`]) {
        assert.equal(await verify(other, encoded), false, JSON.stringify(other));
      }
    });
  }

  const hash = '5tuQCugaCgPrOLBI0iqWbAHJTASny77gEWVw6lSGup4=';

  test('tells the iterations', () => {
    assert.equal(pbkdf2Sha256.read(`pbkdf2_sha256$10000000$salt$${hash}`)?.rounds, 10_000_000);
  });

  const broken = [
    '',
    'pbkdf2_sha256',
    'pbkdf2_sha256$',
    'pbkdf2_sha256$$$',
    'pbkdf2_sha256$1$соль-é',
    `pbkdf2_sha256$0$соль-é$${hash}`,
    `pbkdf2_sha256$-1$соль-é$${hash}`,
    `pbkdf2_sha256$+1$соль-é$${hash}`,
    `pbkdf2_sha256$01$соль-é$${hash}`,
    `pbkdf2_sha256$1.0$соль-é$${hash}`,
    `pbkdf2_sha256$1e0$соль-é$${hash}`,
    `pbkdf2_sha256$ 1$соль-é$${hash}`,
    `pbkdf2_sha256$0x1$соль-é$${hash}`,
    `pbkdf2_sha256$NaN$соль-é$${hash}`,
    `pbkdf2_sha256$$соль-é$${hash}`,
    `pbkdf2_sha256$10000001$соль-é$${hash}`,
    `pbkdf2_sha256$99999999999999999999$соль-é$${hash}`,
    `pbkdf2_sha256$1$$${hash}`,
    `pbkdf2_sha256$1$соль-é$`,
    `pbkdf2_sha256$1$соль-é$${hash}\n`,
    `pbkdf2_sha256$1$соль-é$${hash}$`,
    `pbkdf2_sha256$1$соль-é$x$${hash}`,
    `pbkdf2_sha256$1$соль-é$${hash.slice(0, -1)}`,
    `pbkdf2_sha256$1$соль-é$${hash.slice(4)}`,
    `pbkdf2_sha256$1$соль-é$*${hash.slice(1)}`,
    `pbkdf2_sha1$1$соль-é$${hash}`,
    ` pbkdf2_sha256$1$соль-é$${hash}`,
    `!pbkdf2_sha256$1$соль-é$${hash}`,
  ];
  for (const encoded of broken) {
    test(`cannot read ${JSON.stringify(encoded)}`, () => {
      assert.equal(pbkdf2Sha256.read(encoded), undefined);
    });
  }

  test('is false for base64 of the same bytes in other letters, as Django is', async () => {
    const other = hash.replace('p4=', 'p5=');
    assert.deepEqual(Buffer.from(other, 'base64'), Buffer.from(hash, 'base64'));
    assert.equal(await verify('пароль', `pbkdf2_sha256$1$соль-é$${other}`), false);
  });
});
