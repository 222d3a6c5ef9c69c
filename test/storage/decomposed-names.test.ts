import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { composedFor, decomposedByMac, findForMac } from '../../src/storage/decomposed-names.js';
import type { ReadableStorage } from '../../src/storage/storage.js';
import { inShare } from '../helpers/paths.js';
import { localStorage } from './local-setting.js';

const nfc = '\u00fcber';
const nfd = 'u\u0308ber';

describe('The composed name that a Mac makes a name of', () => {
  const cases: readonly [what: string, name: string, composed: string | undefined][] = [
    ['plain', 'plain', undefined],
    ['an umlaut', nfd, nfc],
    ['composed already', nfc, undefined],
    ['two accents on one letter', 'e\u0323\u0302', '\u1ec7'],
    ['accents in another order than canonical', 'e\u0302\u0323', undefined],
    ['an accent that nothing composes with', 'q\u0308', undefined],
    ['that beside one', 'q\u0308u\u0308', 'q\u0308\u00fc'],
    ['A with a ring', 'A\u030a', '\u00c5'],
    ['the sign for Angstrom, which stays', '\u212b', undefined],
    ['that beside a name taken apart', `\u212b${nfd}`, `\u212b${nfc}`],
    ['half composed', `${nfc}${nfd}`, undefined],
    ['not equal, which a Mac does not take apart', '=\u0338', undefined],
    ['a letter for compatibility, which stays', '\uf900', undefined],
    ['one of the supplement', '\u{2f800}', undefined],
    ['Hangul of two letters', '\u1100\u1161', '\uac00'],
    ['Hangul of three', '\u1112\u1161\u11ab\u1100\u1173\u11af', '\ud55c\uae00'],
    ['composed Hangul', '\ud55c\uae00', undefined],
    ['Devanagari that Unicode leaves apart', '\u0915\u093c', undefined],
    ['Bengali of two vowel signs', '\u0995\u09c7\u09be', '\u0995\u09cb'],
    ['kana with a mark', '\u304b\u3099', '\u304c'],
    ['an emoji', '\u{1f600}e\u0301', '\u{1f600}\u00e9'],
    ['a mark that no letter precedes', '\u0301', undefined],
    ['combining marks for symbols', 'a\u20d7u\u0308', 'a\u20d7\u00fc'],
  ];
  for (const [what, name, composed] of cases) {
    test(`${what}: ${JSON.stringify(name)}`, () => {
      assert.equal(composedFor(name), composed);
    });
  }

  test('is always one that a Mac takes apart to exactly that, and never one that it leaves as it is', () => {
    const letter = fc.oneof(
      fc.constantFrom(
        'e',
        'A',
        '\u0301',
        '\u0323',
        '\u0308',
        '\u030a',
        '\u212b',
        '\u00c5',
        '\u1ec7',
        '\u1100',
      ),
      fc.constantFrom('\u1161', '\u11ab', '\uac00', '\uf900', '=', '\u0338', '\u2260', '\u304b', '\u3099'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((text) => text.isWellFormed()),
    );
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 8 }), (letters) => {
        const name = letters.join('');
        const composed = composedFor(name);
        if (composed !== undefined) {
          assert.equal(decomposedByMac(composed), name);
          assert.notEqual(composed, name);
        }
        // What a Mac makes of a composed name leads back to it, where Unicode has one composed form of it alone.
        if (
          name === name.normalize('NFC') &&
          !/[\u2000-\u2fff\uf900-\ufaff\u{2f800}-\u{2faff}]/u.test(name)
        ) {
          assert.equal(composedFor(decomposedByMac(name)) ?? decomposedByMac(name), name);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('Every character that a Mac takes apart is found again, alone and among others', () => {
  const kept = /[\u2000-\u2fff\uf900-\ufaff\u{2f800}-\u{2faff}]/u;
  let found = 0;
  for (let code = 0x80; code <= 0x10ffff; code += 1) {
    const letter = String.fromCodePoint(code);
    if (!letter.isWellFormed() || kept.test(letter) || letter.normalize('NFC') !== letter) continue;
    if (decomposedByMac(letter) === letter) continue;
    found += 1;
    for (const name of [letter, `x${letter}`, `${letter}x`, `\uac01${letter}`]) {
      if (name.normalize('NFC') === name)
        assert.equal(composedFor(decomposedByMac(name)), name, code.toString(16));
    }
  }
  assert.ok(found > 12_000, String(found));
});

describe('A path whose names a Mac has taken apart', () => {
  const cases: readonly [string, readonly string[], string, string][] = [
    ['finds the composed name', [nfc], `/${nfd}`, `/${nfc}`],
    ['finds the name as it stands', [nfd], `/${nfd}`, `/${nfd}`],
    ['finds that where both are', [nfd, nfc], `/${nfd}`, `/${nfd}`],
    ['stays as it was given where nothing is', [], `/${nfd}`, `/${nfd}`],
    ['below a folder of either form', [nfd], `/${nfd}/${nfd}`, `/${nfd}/${nfd}`],
    ['below a composed folder', [nfc], `/${nfd}/${nfd}/plain`, `/${nfc}/${nfd}/plain`],
    ['below two of them', [nfc, `${nfc}/${nfc}`], `/${nfd}/${nfd}/plain`, `/${nfc}/${nfc}/plain`],
    ['below what is nowhere', [nfc, `${nfc}/x`], `/${nfd}/y/${nfd}/${nfd}`, `/${nfc}/y/${nfd}/${nfd}`],
    ['beside plain names', ['plain', `plain/${nfc}`], `/plain/${nfd}`, `/plain/${nfc}`],
    ['never finds what a Mac does not take apart', ['\u212b'], '/A\u030a', '/A\u030a'],
    ['finds the one that it does', ['\u212b', '\u00c5'], '/A\u030a', '/\u00c5'],
  ];
  for (const [what, folders, path, expected] of cases) {
    test(what, async (t) => {
      const { storage } = localStorage(t);
      for (const name of folders) await storage.makeCollection(inShare(`/${name}`));
      assert.equal(await findForMac(storage, inShare(path)), expected);
    });
  }

  for (const [what, names, expected, most] of [
    ['whose names stand as they are', [nfd], [nfd], 2],
    ['whose names are composed', [nfc], [nfc], 500],
    ['of one kind and the other', [nfd, nfc], [nfd, nfc], 501],
  ] as const) {
    test(`of 250 levels ${what} takes ${most} looks at most`, async (t) => {
      const { storage } = localStorage(t);
      const level = (from: readonly string[], index: number): string => from[index % from.length] ?? '';
      let path = '';
      for (let index = 0; index < 250; index += 1) {
        path += `/${level(names, index)}`;
        await storage.makeCollection(inShare(path));
      }
      const { counting, looks } = countingLooks(storage);
      const found = await findForMac(counting, inShare(`/${nfd}`.repeat(250)));
      assert.equal(found, `/${Array.from({ length: 250 }, (_, index) => level(expected, index)).join('/')}`);
      assert.ok(looks() <= most, String(looks()));
    });
  }

  test('is not looked up unless it can be a composed one', async (t) => {
    const { storage } = localStorage(t);
    const { counting, looks } = countingLooks(storage);
    for (const path of ['/', '/plain', `/${nfc}`, `/plain/${nfc}`, '/\u65e5\u672c\u8a9e', '/\u212b']) {
      assert.equal(await findForMac(counting, inShare(path)), path);
    }
    assert.equal(looks(), 0);
    await findForMac(counting, inShare(`/${`${nfd}/`.repeat(250)}x`));
    assert.equal(looks(), 2, 'below what is nowhere nothing is looked for');
  });
});

function countingLooks(storage: ReadableStorage): { counting: ReadableStorage; looks: () => number } {
  let looks = 0;
  const counting: ReadableStorage = {
    stat: (path) => {
      looks += 1;
      return storage.stat(path);
    },
    list: (path) => storage.list(path),
    open: (path) => storage.open(path),
  };
  return { counting, looks: () => looks };
}
