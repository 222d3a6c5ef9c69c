import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  evaluateConditions,
  rangeApplies,
  type ConditionOutcome,
  type Validators,
} from '../../src/http/conditions.js';
import type { RequestHeaders } from '../../src/http/message.js';
import { failing } from '../contracts/failing.js';

const before = 'Sun, 06 Nov 1994 08:49:36 GMT';
const same = 'Sun, 06 Nov 1994 08:49:37 GMT';
const after = 'Sun, 06 Nov 1994 08:49:38 GMT';
/** Changed half a second after `same`: a client cannot know of it, so it counts as `same`. */
const file: Validators = { etag: '"now"', lastModified: Date.UTC(1994, 10, 6, 8, 49, 37, 500) };
const collection: Validators = { etag: undefined, lastModified: file.lastModified };
const weaklyTagged: Validators = { etag: 'W/"now"', lastModified: file.lastModified };

interface Case {
  readonly name: string;
  readonly headers: RequestHeaders;
  /** `null` where nothing is. */
  readonly current?: Validators | null;
  readonly get: ConditionOutcome;
  /** Where PUT differs from GET. */
  readonly put?: ConditionOutcome | 'malformed';
}

const failed = 'precondition-failed';
const unmodified = 'not-modified';

const cases: readonly Case[] = [
  { name: 'no condition', headers: {}, get: 'proceed' },
  { name: 'no condition and nothing there', headers: {}, current: null, get: 'proceed' },

  { name: 'If-Match with the tag', headers: { 'if-match': '"now"' }, get: 'proceed' },
  { name: 'If-Match with the tag in a list', headers: { 'if-match': '"old", "now"' }, get: 'proceed' },
  { name: 'If-Match with another tag', headers: { 'if-match': '"old"' }, get: failed },
  { name: 'If-Match with the tag marked weak', headers: { 'if-match': 'W/"now"' }, get: failed },
  {
    name: 'If-Match against a weak tag',
    headers: { 'if-match': '"now"' },
    current: weaklyTagged,
    get: failed,
  },
  { name: 'If-Match with a star', headers: { 'if-match': '*' }, get: 'proceed' },
  { name: 'If-Match with a star and space', headers: { 'if-match': ' * ' }, get: 'proceed' },
  {
    name: 'If-Match with a star on a collection',
    headers: { 'if-match': '*' },
    current: collection,
    get: 'proceed',
  },
  {
    name: 'If-Match with a star and nothing there',
    headers: { 'if-match': '*' },
    current: null,
    get: failed,
  },
  {
    name: 'If-Match with a tag and nothing there',
    headers: { 'if-match': '"now"' },
    current: null,
    get: failed,
  },
  {
    name: 'If-Match with a tag on a collection',
    headers: { 'if-match': '"x"' },
    current: collection,
    get: failed,
  },
  { name: 'If-Match without quotes', headers: { 'if-match': 'now' }, get: failed, put: 'malformed' },
  { name: 'If-Match that breaks off', headers: { 'if-match': '"now", "x' }, get: failed, put: 'malformed' },
  { name: 'an empty If-Match', headers: { 'if-match': '' }, get: failed, put: 'malformed' },

  { name: 'If-None-Match with another tag', headers: { 'if-none-match': '"old"' }, get: 'proceed' },
  { name: 'If-None-Match with the tag', headers: { 'if-none-match': '"now"' }, get: unmodified, put: failed },
  {
    name: 'If-None-Match with the tag in a list',
    headers: { 'if-none-match': '"old" , W/"now"' },
    get: unmodified,
    put: failed,
  },
  {
    name: 'If-None-Match with the tag marked weak',
    headers: { 'if-none-match': 'W/"now"' },
    get: unmodified,
    put: failed,
  },
  {
    name: 'If-None-Match against a weak tag',
    headers: { 'if-none-match': '"now"' },
    current: weaklyTagged,
    get: unmodified,
    put: failed,
  },
  { name: 'If-None-Match with a star', headers: { 'if-none-match': '*' }, get: unmodified, put: failed },
  {
    name: 'If-None-Match with a star on a collection',
    headers: { 'if-none-match': '*' },
    current: collection,
    get: unmodified,
    put: failed,
  },
  {
    name: 'If-None-Match with a star and nothing there',
    headers: { 'if-none-match': '*' },
    current: null,
    get: 'proceed',
  },
  {
    name: 'If-None-Match with a tag and nothing there',
    headers: { 'if-none-match': '"a"' },
    current: null,
    get: 'proceed',
  },
  {
    name: 'If-None-Match that cannot be read',
    headers: { 'if-none-match': 'now' },
    get: 'proceed',
    put: 'malformed',
  },

  ...['*, *', '*,', ',*', '*, "x"', '"x", *', '*,W/"x" , *'].flatMap((star): Case[] => [
    { name: `If-None-Match: ${star}`, headers: { 'if-none-match': star }, get: unmodified, put: failed },
    { name: `If-Match: ${star}`, headers: { 'if-match': star }, get: 'proceed' },
    {
      name: `If-None-Match: ${star} and nothing there`,
      headers: { 'if-none-match': star },
      current: null,
      get: 'proceed',
    },
  ]),
  ...['"a" "b"', 'W/*', '*;x', '"a,*,b', '* "x"', '**', ','].map((list): Case => {
    return {
      name: `If-None-Match: ${list}`,
      headers: { 'if-none-match': list },
      get: 'proceed',
      put: 'malformed',
    };
  }),
  {
    name: 'If-None-Match with a tag that looks like a list with a star',
    headers: { 'if-none-match': '"a,*,b"' },
    get: 'proceed',
  },
  {
    name: 'If-None-Match that is too long and ends with the tag',
    headers: { 'if-none-match': `${'"0123456789", '.repeat(1200)}"now"` },
    get: 'proceed',
    put: 'malformed',
  },

  { name: 'If-Modified-Since earlier', headers: { 'if-modified-since': before }, get: 'proceed' },
  {
    name: 'If-Modified-Since the same second',
    headers: { 'if-modified-since': same },
    get: unmodified,
    put: 'proceed',
  },
  {
    name: 'If-Modified-Since later',
    headers: { 'if-modified-since': after },
    get: unmodified,
    put: 'proceed',
  },
  {
    name: 'If-Modified-Since and nothing there',
    headers: { 'if-modified-since': after },
    current: null,
    get: 'proceed',
  },
  { name: 'If-Modified-Since that is no date', headers: { 'if-modified-since': '1994' }, get: 'proceed' },

  { name: 'If-Unmodified-Since earlier', headers: { 'if-unmodified-since': before }, get: failed },
  { name: 'If-Unmodified-Since the same second', headers: { 'if-unmodified-since': same }, get: 'proceed' },
  { name: 'If-Unmodified-Since later', headers: { 'if-unmodified-since': after }, get: 'proceed' },
  {
    name: 'If-Unmodified-Since and nothing there',
    headers: { 'if-unmodified-since': before },
    current: null,
    get: 'proceed',
  },
  { name: 'If-Unmodified-Since that is no date', headers: { 'if-unmodified-since': '1994' }, get: 'proceed' },

  // RFC 9110 section 13.2.2: which field counts where several are sent.
  {
    name: 'If-Match that holds outweighs If-Unmodified-Since',
    headers: { 'if-match': '"now"', 'if-unmodified-since': before },
    get: 'proceed',
  },
  {
    name: 'If-Match that fails outweighs If-Unmodified-Since',
    headers: { 'if-match': '"old"', 'if-unmodified-since': after },
    get: failed,
  },
  {
    name: 'If-None-Match that differs outweighs If-Modified-Since',
    headers: { 'if-none-match': '"old"', 'if-modified-since': after },
    get: 'proceed',
  },
  {
    name: 'If-None-Match that matches outweighs If-Modified-Since',
    headers: { 'if-none-match': '"now"', 'if-modified-since': before },
    get: unmodified,
    put: failed,
  },
  {
    name: 'If-Match comes before If-None-Match',
    headers: { 'if-match': '"old"', 'if-none-match': '"now"' },
    get: failed,
  },
  {
    name: 'If-None-Match is still asked once If-Match holds',
    headers: { 'if-match': '"now"', 'if-none-match': '"now"' },
    get: unmodified,
    put: failed,
  },
  {
    name: 'If-Modified-Since is still asked once If-Unmodified-Since holds',
    headers: { 'if-unmodified-since': same, 'if-modified-since': same },
    get: unmodified,
    put: 'proceed',
  },
];

describe('evaluateConditions', () => {
  for (const { name, headers, current = file, get, put = get } of cases) {
    test(`${name}: ${get}${put === get ? '' : `, to PUT ${put}`}`, () => {
      const validators = current ?? undefined;
      assert.equal(evaluateConditions('GET', headers, validators), get);
      assert.equal(evaluateConditions('HEAD', headers, validators), get);
      for (const method of ['PUT', 'DELETE', 'MOVE']) {
        const evaluate = (): ConditionOutcome => evaluateConditions(method, headers, validators);
        if (put === 'malformed') assert.throws(evaluate, failing('malformed'), method);
        else assert.equal(evaluate(), put, method);
      }
    });
  }
});

const ifRanges: readonly (readonly [
  name: string,
  field: string | undefined,
  current: Validators,
  applies: boolean,
])[] = [
  ['no If-Range', undefined, file, true],
  ['the tag', '"now"', file, true],
  ['another tag', '"old"', file, false],
  ['the tag marked weak', 'W/"now"', file, false],
  ['the tag of a weakly tagged file', '"now"', weaklyTagged, false],
  ['the weak tag of a weakly tagged file', 'W/"now"', weaklyTagged, false],
  ['a tag where there is none', '"now"', collection, false],
  ['two tags', '"now", "old"', file, false],
  ['a star', '*', file, false],
  ['the date', same, file, true],
  ['the date in another form', 'Sunday, 06-Nov-94 08:49:37 GMT', file, true],
  ['an earlier date', before, file, false],
  ['a later date', after, file, false],
  ['nonsense', 'soon', file, false],
];
for (const [name, field, current, applies] of ifRanges) {
  test(`a range ${applies ? 'applies' : 'does not apply'} with ${name}`, () => {
    assert.equal(rangeApplies(field, current), applies);
  });
}
