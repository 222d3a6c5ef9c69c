import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { algorithmOf, knownAlgorithms } from '../../../src/django/hashers/django-hashers.js';
import { djangos } from '../djangos.js';
import { djangoVectors } from './django-vectors.js';
import { isReadable, matches } from './reading.js';

/** Hashers that Django no longer has from a version on. */
function gone(version: number): readonly string[] {
  if (version >= 5.1) return ['crypt', 'sha1', 'unsalted_sha1', 'unsalted_md5'];
  return version >= 5 ? ['crypt'] : [];
}

for (const django of djangos) {
  const { made, garbled, names } = djangoVectors(django);

  const missing = gone(Number.parseFloat(django.version));
  for (const algorithm of knownAlgorithms.filter((known) => !missing.includes(known))) {
    describe(`${algorithm}, against Django ${django.version}`, () => {
      const own = made.filter((vector) => vector.algorithm === algorithm);
      const passwords = new Set(own.map(({ password }) => password));

      for (const password of passwords) {
        const stored = own.filter((vector) => vector.password === password);
        const name = `${JSON.stringify(password.slice(0, 40))}, ${password.length} long`;
        test(`${name}: ${stored.length} encodings`, async () => {
          for (const { encoded } of stored) assert.equal(await matches(password, encoded), true, encoded);
        });

        test(`${name}: nearly`, async () => {
          for (const { encoded, tries } of stored) {
            for (const [other, answer] of tries) {
              if (answer === null) continue;
              assert.equal(await matches(other, encoded), answer, `${encoded} ${JSON.stringify(other)}`);
            }
          }
        });
      }

      test('there are vectors', () => {
        assert.ok(passwords.size >= (algorithm === 'bcrypt' ? 10 : 13));
      });

      test('garbled encodings get the same answer', async () => {
        for (const vector of garbled) {
          if (vector.algorithm !== algorithm) continue;
          assert.equal(await matches(vector.password, vector.encoded), vector.answer, vector.encoded);
        }
      });

      test('every beginning of an encoding is broken', () => {
        const [first] = own;
        assert.ok(first && isReadable(first.encoded));
        for (let end = 0; end < first.encoded.length; end += 1) {
          assert.equal(isReadable(first.encoded.slice(0, end)), false, first.encoded.slice(0, end));
        }
      });
    });
  }

  test(`the classes have the names that Django ${django.version} gives them`, () => {
    assert.ok(Object.keys(names).length >= 9 - missing.length);
    for (const [path, algorithm] of Object.entries(names)) assert.equal(algorithmOf(path), algorithm);
  });
}
