import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../../helpers/seeded-fast-check.js';
import { knownAlgorithms } from '../../../src/django/hashers/django-hashers.js';
import { isReadable, matches } from './reading.js';

/** Cheap encodings of `lètmein`, one of each kind. */
const right = [
  'pbkdf2_sha256$1$a$SJyqkEmVyNIWLRmFKkHUwozV2B4NByyfNuRFUVfLMSI=',
  'pbkdf2_sha1$1$a$TaKAhXII3tGFlV5uD68mI15uYkc=',
  'argon2$argon2d$v=16$m=8,t=1,p=1$ZWlnaHQgb3IgbW9yZQ$To3WBQ',
  'bcrypt_sha256$$2a$04$oS5lOjScYpHm3cMHifLBVuTUhxPxfhySBpTnQz9e5tkIDM3OEUTXC',
  'bcrypt$$2a$04$/jM4JqmEnotYOnProagJoudw1e/gAu66B6vIN/UsI.mAKVVUOcYqq',
  'md5$a$a6ec12903c04955b48794b5a07b75d17',
  'sha1$a$1d67ab63845bb0236af98be4cf43ef5089b4df09',
  'sha1$$6d138ca3ae545631b3abd71a4f076ce759c5700b',
  '88a434c88cca4e900f7874cd98123f43',
  'md5$$88a434c88cca4e900f7874cd98123f43',
  'crypt$$abprj99vCww4M',
];

describe('changed encodings', () => {
  const letter = fc.constantFrom(...Array.from('$!=,./+*_0123456789aAzZé🫐\0\n '));
  const change = fc.record({
    at: fc.nat({ max: 99 }),
    cut: fc.nat({ max: 3 }),
    put: fc.array(letter, { maxLength: 3 }),
  });
  const changed = fc.tuple(fc.constantFrom(...right), fc.array(change, { minLength: 1, maxLength: 3 }));

  test('are right only where nothing that counts has changed', async () => {
    await fc.assert(
      fc.asyncProperty(changed, async ([encoded, changes]) => {
        const garbled = changes.reduce(
          (text, { at, cut, put }) => text.slice(0, at) + put.join('') + text.slice(at + cut),
          encoded,
        );
        // A cost that has grown is a matter of the bounds, and would only take long here.
        fc.pre(!/\d{4}[$,]|\$(0[6-9]|1\d)\$/.test(garbled));
        const same = garbled.replace(/^crypt\$[^$]*/, 'crypt$') === encoded;
        const expected = right.includes(garbled) || same;
        assert.equal(await matches('lètmein', garbled), expected);
      }),
      { numRuns: 3000 },
    );
  });

  test('no text is read as anything but a password, or makes an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: letter }), fc.constantFrom(...knownAlgorithms), (text, algorithm) => {
        assert.equal(isReadable(text), false);
        assert.equal(isReadable(`${algorithm}$${text}`), false);
      }),
      { numRuns: 3000 },
    );
  });
});
