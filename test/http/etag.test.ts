import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  matchesStrongly,
  matchesWeakly,
  parseEntityTag,
  parseEntityTags,
  type EntityTag,
} from '../../src/http/etag.js';

const strong = (value: string): EntityTag => ({ weak: false, value: `"${value}"` });
const weak = (value: string): EntityTag => ({ weak: true, value: `"${value}"` });

const lists: readonly (readonly [field: string, tags: readonly EntityTag[] | undefined])[] = [
  ['"a"', [strong('a')]],
  ['""', [strong('')]],
  ['W/"a"', [weak('a')]],
  ['"a", "b"', [strong('a'), strong('b')]],
  ['"a","b"', [strong('a'), strong('b')]],
  [' "a"\t,\tW/"b" ', [strong('a'), weak('b')]],
  [',, "a" ,, "b",', [strong('a'), strong('b')]],
  ['"a,b"', [strong('a,b')]],
  ['"W/"', [strong('W/')]],
  ['"a\\"', [strong('a\\')]],
  ['"\u00e4"', [strong('\u00e4')]],
  ['"!~"', [strong('!~')]],
  ['', undefined],
  [' , ', undefined],
  ['a', undefined],
  ['"a', undefined],
  ['a"', undefined],
  ['"a"b', undefined],
  ['"a", b', undefined],
  ['"a""b"', undefined],
  ['"a" "b"', undefined],
  ['"a"\t"b"', undefined],
  ['"a b"', undefined],
  ['"a\nb"', undefined],
  ['"\u007f"', undefined],
  ['"\u0100"', undefined],
  ['w/"a"', undefined],
  ['W/ "a"', undefined],
  ['W/a', undefined],
  ['*', undefined],
];
for (const [field, tags] of lists) {
  test(`parseEntityTags ${tags ? 'reads' : 'refuses'} ${JSON.stringify(field)}`, () => {
    assert.deepEqual(parseEntityTags(field), tags);
  });
}

test('parseEntityTag takes one tag and no list', () => {
  assert.deepEqual(parseEntityTag('"a"'), strong('a'));
  assert.deepEqual(parseEntityTag(' W/"a" '), weak('a'));
  assert.equal(parseEntityTag('"a", "b"'), undefined);
  assert.equal(parseEntityTag('Sun, 06 Nov 1994 08:49:37 GMT'), undefined);
  assert.equal(parseEntityTag(''), undefined);
});

// The table of RFC 9110 section 8.8.3.2.
const comparisons: readonly (readonly [a: EntityTag, b: EntityTag, strongly: boolean, weakly: boolean])[] = [
  [weak('1'), weak('1'), false, true],
  [weak('1'), weak('2'), false, false],
  [weak('1'), strong('1'), false, true],
  [strong('1'), weak('1'), false, true],
  [strong('1'), strong('1'), true, true],
  [strong('1'), strong('2'), false, false],
  [strong('a'), strong('A'), false, false],
];
for (const [a, b, strongly, weakly] of comparisons) {
  const words = [a, b].map(({ weak: isWeak, value }) => (isWeak ? 'W/' : '') + value).join(' and ');
  test(`${words}: strong comparison ${String(strongly)}, weak comparison ${String(weakly)}`, () => {
    assert.equal(matchesStrongly(a, b), strongly);
    assert.equal(matchesWeakly(a, b), weakly);
  });
}
