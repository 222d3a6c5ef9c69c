import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../../helpers/seeded-fast-check.js';
import type {
  Argon2Derivation,
  BcryptDerivation,
  Derivation,
  Pbkdf2Derivation,
  ScryptDerivation,
} from '../../../src/django/hashers/derivation.js';
import { derive } from '../../../src/django/hashers/derive.js';
import { remainder } from '../../../src/django/hashers/remainder.js';

const pbkdf2 = (iterations: number): Pbkdf2Derivation => ({
  kind: 'pbkdf2',
  digest: 'sha256',
  salt: 's',
  iterations,
});
const bcrypt = (cost: number): BcryptDerivation => ({
  kind: 'bcrypt',
  prehashed: true,
  cost,
  salt: '.'.repeat(22),
});
const scrypt = (cost: number, blockSize: number, parallelism: number): ScryptDerivation => ({
  kind: 'scrypt',
  salt: 's',
  cost,
  blockSize,
  parallelism,
});
const argon2 = (memory: number, passes: number): Argon2Derivation => ({
  kind: 'argon2',
  variant: 'argon2id',
  version: 19,
  memory,
  passes,
  lanes: 1,
  salt: Buffer.alloc(8),
  length: 16,
});
const digest: Derivation = { kind: 'digest', digest: 'md5', salt: '' };
const crypt: Derivation = { kind: 'crypt', salt: 'ab' };

describe('remainder', () => {
  const cases: [name: string, spent: Derivation, whole: Derivation, rest: Derivation[]][] = [
    ['pbkdf2', pbkdf2(100), pbkdf2(500), [pbkdf2(400)]],
    ['pbkdf2, equal', pbkdf2(500), pbkdf2(500), []],
    ['pbkdf2, dearer', pbkdf2(900), pbkdf2(500), []],
    ['bcrypt', bcrypt(10), bcrypt(12), [bcrypt(10), bcrypt(11)]],
    ['bcrypt, equal', bcrypt(12), bcrypt(12), []],
    ['bcrypt, dearer', bcrypt(13), bcrypt(12), []],
    ['scrypt, as Django 5.1 raised it', scrypt(16_384, 8, 1), scrypt(16_384, 8, 5), [scrypt(16_384, 8, 4)]],
    ['scrypt, half the memory', scrypt(8192, 8, 1), scrypt(16_384, 8, 1), [scrypt(8192, 8, 1)]],
    ['scrypt, equal', scrypt(16_384, 8, 5), scrypt(16_384, 8, 5), []],
    ['scrypt, dearer', scrypt(32_768, 8, 5), scrypt(16_384, 8, 5), []],
    ['argon2, passes', argon2(102_400, 1), argon2(102_400, 4), [argon2(102_400, 3)]],
    ['argon2, memory', argon2(51_200, 1), argon2(102_400, 1), [argon2(51_200, 1)]],
    ['argon2, equal', argon2(102_400, 2), argon2(102_400, 2), []],
    ['a digest', digest, pbkdf2(500), [pbkdf2(500)]],
    ['crypt', crypt, argon2(102_400, 2), [argon2(102_400, 2)]],
    ['a digest where digests are usual', crypt, digest, []],
    ['another kind', bcrypt(4), pbkdf2(500), []],
    ['a usual digest', bcrypt(4), digest, []],
  ];
  for (const [name, spent, whole, rest] of cases) {
    test(name, () => {
      assert.deepEqual(remainder(spent, whole), rest);
    });
  }

  test('never takes more than the whole, and can be derived', async () => {
    const scrypts = fc.tuple(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
    );
    const derivation = fc.oneof(
      scrypts.map(([log, blockSize, parallelism]) => scrypt(2 ** log, blockSize, parallelism)),
      fc
        .tuple(fc.integer({ min: 8, max: 200 }), fc.integer({ min: 1, max: 9 }))
        .map(([m, t]) => argon2(m, t)),
    );
    const cost = (each: Derivation): number => {
      if (each.kind === 'scrypt') return each.cost * each.blockSize * each.parallelism;
      return each.kind === 'argon2' ? each.memory * each.passes : 0;
    };
    await fc.assert(
      fc.asyncProperty(derivation, derivation, async (spent, whole) => {
        for (const part of remainder(spent, whole)) {
          assert.ok(cost(part) > 0 && cost(spent) + cost(part) <= cost(whole));
          assert.ok(2 * (cost(spent) + cost(part)) >= cost(whole));
          await derive(part, 'x');
        }
      }),
      { numRuns: 300 },
    );
  });
});
