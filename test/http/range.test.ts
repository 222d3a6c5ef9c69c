import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { parseRange } from '../../src/http/range.js';

type Expected = 'whole' | 'unsatisfiable' | readonly (readonly [first: number, last: number])[];

const cases: readonly (readonly [
  name: string,
  field: string | undefined,
  size: number,
  expected: Expected,
])[] = [
  ['no field', undefined, 100, 'whole'],
  ['a span', 'bytes=10-19', 100, [[10, 19]]],
  ['the first byte', 'bytes=0-0', 100, [[0, 0]]],
  ['the last byte', 'bytes=99-99', 100, [[99, 99]]],
  ['from a byte to the end', 'bytes=90-', 100, [[90, 99]]],
  ['everything by name', 'bytes=0-', 100, [[0, 99]]],
  ['the last bytes', 'bytes=-10', 100, [[90, 99]]],
  ['more last bytes than there are', 'bytes=-1000', 100, [[0, 99]]],
  ['a span that ends beyond the end', 'bytes=90-1000', 100, [[90, 99]]],
  ['an end beyond every number', `bytes=0-${'9'.repeat(400)}`, 100, [[0, 99]]],
  ['leading zeros', 'bytes=0010-0019', 100, [[10, 19]]],
  ['capitals and space', ' Bytes = 10-19 ', 100, [[10, 19]]],

  [
    'two spans',
    'bytes=0-9,20-29',
    100,
    [
      [0, 9],
      [20, 29],
    ],
  ],
  [
    'two spans that touch',
    'bytes=0-9,10-19',
    100,
    [
      [0, 9],
      [10, 19],
    ],
  ],
  [
    'spans in another order than the bytes',
    'bytes=20-29, 0-9',
    100,
    [
      [20, 29],
      [0, 9],
    ],
  ],
  [
    'a span and the last bytes',
    'bytes=0-9,-5',
    100,
    [
      [0, 9],
      [95, 99],
    ],
  ],
  [
    'empty members of the list',
    'bytes=,0-9, ,20-29,',
    100,
    [
      [0, 9],
      [20, 29],
    ],
  ],
  ['one span that exists and one that does not', 'bytes=0-9,100-', 100, [[0, 9]]],
  [
    'fifty spans',
    `bytes=${spans(50)}`,
    1000,
    Array.from({ length: 50 }, (_, index) => [index * 2, index * 2]),
  ],

  ['spans that overlap', 'bytes=0-10,10-19', 100, 'whole'],
  ['spans that overlap in another order', 'bytes=50-60,0-9,55-70', 100, 'whole'],
  ['the same span twice', 'bytes=0-0,0-0', 100, 'whole'],
  ['one span within another', 'bytes=0-99,10-19', 100, 'whole'],
  ['the end twice', 'bytes=90-,-5', 100, 'whole'],
  ['fifty-one spans', `bytes=${spans(51)}`, 1000, 'whole'],
  ['a flood of spans', `bytes=${spans(5000)}`, 100_000, 'whole'],

  ['a start at the end', 'bytes=100-', 100, 'unsatisfiable'],
  ['a span beyond the end', 'bytes=100-200', 100, 'unsatisfiable'],
  ['a start beyond every number', `bytes=${'9'.repeat(400)}-`, 100, 'unsatisfiable'],
  ['no last bytes', 'bytes=-0', 100, 'unsatisfiable'],
  ['two spans beyond the end', 'bytes=100-110,200-', 100, 'unsatisfiable'],
  ['a span of an empty file', 'bytes=0-', 0, 'unsatisfiable'],
  ['no last bytes of an empty file', 'bytes=-00', 0, 'unsatisfiable'],
  ['the last bytes of an empty file', 'bytes=-5', 0, 'whole'],
  ['the last bytes of an empty file, behind a span', 'bytes=0-0,-10', 0, 'whole'],

  ['another unit', 'items=0-9', 100, 'whole'],
  ['no unit', '0-9', 100, 'whole'],
  ['no set', 'bytes=', 100, 'whole'],
  ['nothing but commas', 'bytes=,,', 100, 'whole'],
  ['a bare hyphen', 'bytes=-', 100, 'whole'],
  ['a bare number', 'bytes=5', 100, 'whole'],
  ['a span that runs backwards', 'bytes=19-10', 100, 'whole'],
  ['a span that runs backwards beyond the end', 'bytes=300-200', 100, 'whole'],
  ['a negative start', 'bytes=-1-5', 100, 'whole'],
  ['letters', 'bytes=a-b', 100, 'whole'],
  ['hexadecimal', 'bytes=0x0-0x9', 100, 'whole'],
  ['space within a span', 'bytes=0 - 9', 100, 'whole'],
  ['a good span beside a bad one', 'bytes=0-9,x', 100, 'whole'],
  ['a span beyond the end beside a bad one', 'bytes=200-,x', 100, 'whole'],
];

function spans(count: number): string {
  return Array.from({ length: count }, (_, index) => `${index * 2}-${index * 2}`).join(',');
}

for (const [name, field, size, expected] of cases) {
  test(`parseRange, ${name}: ${(field ?? '').slice(0, 40)} of ${size}`, () => {
    const actual = parseRange(field, size);
    assert.equal(actual.kind, typeof expected === 'string' ? expected : 'parts');
    if (actual.kind === 'parts') {
      assert.deepEqual(
        actual.parts.map(({ first, last }) => [first, last]),
        expected,
      );
    }
  });
}

interface Spec {
  readonly from?: number;
  readonly to?: number;
}

/** The bytes that a member asks for, found by asking each byte; undefined where the member makes no sense. */
function bytesOf({ from, to }: Spec, size: number): number[] | undefined {
  const all = Array.from({ length: size }, (_, index) => index);
  if (from === undefined) return to === undefined ? undefined : all.filter((byte) => byte >= size - to);
  if (to !== undefined && to < from) return undefined;
  return all.filter((byte) => byte >= from && (to === undefined || byte <= to));
}

const small = fc.option(fc.nat(12), { nil: undefined });
const specs: fc.Arbitrary<Spec> = fc
  .tuple(small, small)
  .map(([from, to]) => ({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }));

test('parseRange selects the bytes that a search byte by byte selects', () => {
  fc.assert(
    fc.property(
      fc.array(specs, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 10 }),
      (list, size) => {
        const field = `bytes=${list.map(({ from, to }) => `${from ?? ''}-${to ?? ''}`).join(', ')}`;
        const wanted = list.map((spec) => bytesOf(spec, size));
        const actual = parseRange(field, size);
        const sets = wanted.filter((set) => set !== undefined && set.length > 0);
        const flat = sets.flatMap((set) => set ?? []);
        if (wanted.includes(undefined) || new Set(flat).size < flat.length) {
          assert.equal(actual.kind, 'whole', field);
        } else if (flat.length === 0) {
          assert.equal(actual.kind, 'unsatisfiable', field);
        } else {
          assert.ok(actual.kind === 'parts', field);
          const ends = sets.map((set) => ({ first: set?.[0], last: set?.at(-1) }));
          assert.deepEqual(actual.parts, ends, field);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
