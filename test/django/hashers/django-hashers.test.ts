import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  algorithmOf,
  createHashers,
  defaultAlgorithms,
  knownAlgorithms,
} from '../../../src/django/hashers/django-hashers.js';

const weak = ['md5', 'sha1', 'unsalted_md5', 'unsalted_sha1', 'crypt'];

describe('createHashers', () => {
  test("accepts Django's own without being told, none of them weak", () => {
    const hashers = createHashers();
    assert.deepEqual(hashers.algorithms, defaultAlgorithms);
    assert.equal(hashers.preferred.algorithm, 'pbkdf2_sha256');
    assert.deepEqual(
      weak.filter((algorithm) => defaultAlgorithms.includes(algorithm)),
      [],
    );
    assert.equal(hashers.read('md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3'), undefined);
    assert.equal(hashers.read('88a434c88cca4e900f7874cd98123f43'), undefined);
    assert.equal(hashers.read('crypt$$ab1Hv2Lg7ltQo'), undefined);
  });

  test('accepts just what is named, the first being the default', () => {
    const hashers = createHashers(['unsalted_md5', 'argon2']);
    assert.deepEqual(hashers.algorithms, ['unsalted_md5', 'argon2']);
    assert.equal(hashers.preferred.algorithm, 'unsalted_md5');
    assert.ok(hashers.read('md5$$88a434c88cca4e900f7874cd98123f43'));
    assert.equal(hashers.read('md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3'), undefined);
  });

  for (const names of [[], ['pbkdf2_sha512'], ['argon2', ''], ['__proto__'], ['ARGON2']]) {
    test(`refuses ${JSON.stringify(names)}`, () => {
      assert.throws(() => createHashers(names), RangeError);
    });
  }

  test('every standard has the form that its own hasher derives', () => {
    const hashers = createHashers(knownAlgorithms);
    assert.equal(hashers.algorithms.length, 11);
    const kinds = knownAlgorithms.map((name) => createHashers([name]).preferred.standard.kind);
    assert.deepEqual([...new Set(kinds)].sort(), ['argon2', 'bcrypt', 'crypt', 'digest', 'pbkdf2', 'scrypt']);
  });
});

describe('algorithmOf', () => {
  const cases: [dottedPath: string, algorithm: string | undefined][] = [
    ['django.contrib.auth.hashers.PBKDF2PasswordHasher', 'pbkdf2_sha256'],
    ['django.contrib.auth.hashers.ScryptPasswordHasher', 'scrypt'],
    ['django.contrib.auth.hashers.CryptPasswordHasher', 'crypt'],
    ['django.contrib.auth.hashers.BasePasswordHasher', undefined],
    ['django.contrib.auth.hashers.toString', undefined],
    ['django.contrib.auth.hashers.', undefined],
    ['mysite.hashers.PBKDF2PasswordHasher', undefined],
    ['PBKDF2PasswordHasher', undefined],
    ['', undefined],
  ];
  for (const [dottedPath, algorithm] of cases) {
    test(`${dottedPath} is ${algorithm}`, () => {
      assert.equal(algorithmOf(dottedPath), algorithm);
    });
  }
});
