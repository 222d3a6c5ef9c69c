import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldedPath } from '../../src/access/folded-path.js';
import { Policy, type Rule } from '../../src/access/policy.js';
import type { Readers } from '../../src/access/requirement.js';
import { inShare } from '../helpers/paths.js';
import { user } from './identities.js';

/** A name, and spellings that file systems take for the same. */
const spellings: readonly (readonly [name: string, file: string, ...others: string[]])[] = [
  ['private', 'case', 'PRIVATE', 'Private'],
  ['B\u00fcro', 'composition', 'Bu\u0308ro', 'B\u00dcRO', 'bU\u0308ro'],
  ['stra\u00dfe', 'full case folding (ext4)', 'STRASSE', 'stra\u1e9ee', 'Stra\u017fse'],
  [
    '\u039f\u03b4\u03cc\u03c2',
    'the two small sigmas',
    '\u03bf\u03b4\u03cc\u03c3',
    '\u039f\u0394\u039f\u0301\u03a3',
  ],
  ['kelvin', 'a letter that is canonically another', '\u212aelvin'],
  ['one\u0323\u0302', 'the order of marks', 'one\u0302\u0323', 'on\u1ec7'],
  [
    'hidden',
    'what is not shown (HFS+, ext4)',
    'hid\u200dden',
    'hidden\ufeff',
    '\u00adhidden',
    'hid\u034fden',
  ],
  [
    'windows',
    'what Windows cuts off',
    'windows.',
    'windows. .',
    'windows ',
    'windows::$DATA',
    'WINDOWS:$I30:$INDEX_ALLOCATION',
  ],
];

const anyone: Readers = { staff: false, superuser: false };
const staffOnly: Readers = { staff: true, superuser: false };
const someone = user();
const staff = user({ isStaff: true });
const rule = (path: string, read: Readers): Rule => ({ path: inShare(path), read, write: false });

describe('a rule holds for every spelling that a file system takes for its path', () => {
  for (const [name, what, ...others] of spellings) {
    test(what, () => {
      const policy = new Policy([rule('/', anyone), rule(`/a/${name}`, staffOnly)], foldedPath);
      for (const spelling of [name, ...others]) {
        for (const path of [`/a/${spelling}`, `/A/${spelling}/x`]) {
          const may = (by: typeof staff, scope: 'node' | 'tree' = 'node') =>
            policy.decide(by, 'read', inShare(path), scope).allowed;
          assert.deepEqual([may(someone), may(someone, 'tree'), may(staff)], [false, false, true], path);
        }
        assert.equal(policy.decide(someone, 'read', inShare('/A'), 'tree').allowed, false);
        assert.equal(policy.decide(someone, 'read', inShare(`/a/x${spelling}`)).allowed, true);
      }
    });
  }

  test('and one that opens a path opens no other spelling of it', () => {
    const policy = new Policy([rule('/', staffOnly), rule('/open', anyone)], foldedPath);
    const may = (path: string) => policy.decide(someone, 'read', inShare(path)).allowed;
    assert.deepEqual(['/open', '/open/x', '/OPEN/x', '/open.'].map(may), [true, true, false, false]);
  });

  test('and of rules that differ by spelling alone, each holds for all', () => {
    const policy = new Policy([rule('/', anyone), rule('/a', anyone), rule('/A', staffOnly)], foldedPath);
    for (const path of ['/a', '/A', '/a/x', '/A/x']) {
      assert.equal(policy.decide(someone, 'read', inShare(path)).allowed, false, path);
      assert.equal(policy.decide(staff, 'read', inShare(path)).allowed, true, path);
    }
  });
});

test('names of dots alone, and of a stream alone, stay what they are', () => {
  for (const name of ['...', '. .', ':x']) assert.notEqual(foldedPath(`/a/${name}`), foldedPath('/a/'), name);
});
