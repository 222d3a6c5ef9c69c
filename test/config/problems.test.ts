import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '../../src/config/problems.js';

const places: readonly (readonly [path: readonly (string | number)[], place: string])[] = [
  [[], ''],
  [['listen'], 'listen'],
  [['listen', 'port'], 'listen.port'],
  [['shares', 1], 'shares[1]'],
  [['shares', 1, 'rules', 0, 'require', 'staff'], 'shares[1].rules[0].require.staff'],
  [['shares', 1, 'require', 'groups', 2], 'shares[1].require.groups[2]'],
];
for (const [path, place] of places) {
  test(`the place ${JSON.stringify(path)} is written "${place}"`, () => {
    assert.equal(placeOf(path), place);
  });
}
