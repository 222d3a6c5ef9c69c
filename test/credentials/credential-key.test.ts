import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { CredentialKey } from '../../src/credentials/credential-key.js';

describe('CredentialKey', () => {
  test('is the same for the same credentials and for no others', () => {
    const key = new CredentialKey();
    const text = fc.string({ unit: fc.constantFrom('a', '1', ':', 'é', '🫐', '\0'), maxLength: 4 });
    fc.assert(
      fc.property(text, text, text, text, (username, password, otherName, otherPassword) => {
        const same = username === otherName && password === otherPassword;
        assert.equal(key.of(username, password) === key.of(otherName, otherPassword), same);
      }),
      { numRuns: 2000 },
    );
  });

  const splits: [[string, string], [string, string]][] = [
    [
      ['ab', 'c'],
      ['a', 'bc'],
    ],
    [
      ['a', '1:b'],
      ['a1:', 'b'],
    ],
    [
      ['', '1:a'],
      ['1', ':a'],
    ],
    [
      ['1', '23'],
      ['12', '3'],
    ],
    [
      ['é', 'x'],
      ['éx', ''],
    ],
  ];
  for (const [one, other] of splits) {
    test(`${JSON.stringify(one)} is not ${JSON.stringify(other)}`, () => {
      const key = new CredentialKey();
      assert.notEqual(key.of(...one), key.of(...other));
    });
  }

  test('is another in every process', () => {
    assert.notEqual(new CredentialKey().of('alice', 'secret'), new CredentialKey().of('alice', 'secret'));
  });
});
