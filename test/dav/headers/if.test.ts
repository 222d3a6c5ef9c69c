import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../../helpers/seeded-fast-check.js';
import {
  maximumConditions,
  maximumLength,
  parseIf,
  readIf,
  type Condition,
  type ConditionList,
} from '../../../src/dav/headers/if.js';
import { holds, type ResourceState } from '../../../src/dav/locks/require-if.js';
import { isFailure } from '../../../src/failure.js';
import { failing } from '../../contracts/failing.js';

const token = (name: string, negated = false): Condition => ({ kind: 'token', negated, token: name });
const etag = (value: string, weak = false, negated = false): Condition => ({
  kind: 'etag',
  negated,
  etag: { weak, value },
});
const untagged = (...conditions: Condition[]): ConditionList => ({ resource: undefined, conditions });
const tagged = (resource: string, ...conditions: Condition[]): ConditionList => ({ resource, conditions });

describe('If', () => {
  const readings: readonly [field: string, lists: readonly ConditionList[]][] = [
    ['(<urn:uuid:1>)', [untagged(token('urn:uuid:1'))]],
    ['  ( <urn:uuid:1>\t)  ', [untagged(token('urn:uuid:1'))]],
    [
      '(<opaquelocktoken:1> ["a"])(["b"])',
      [untagged(token('opaquelocktoken:1'), etag('"a"')), untagged(etag('"b"'))],
    ],
    ['(["a"]["b"]<urn:1>)', [untagged(etag('"a"'), etag('"b"'), token('urn:1'))]],
    ['(Not <urn:1>)', [untagged(token('urn:1', true))]],
    ['(not<urn:1> NOT["a"])', [untagged(token('urn:1', true), etag('"a"', false, true))]],
    ['([W/"a"] [ "b" ])', [untagged(etag('"a"', true), etag('"b"'))]],
    ['(["a)(<x>"])', [untagged(etag('"a)(<x>"'))]],
    ['(<DAV:no-lock>)', [untagged(token('DAV:no-lock'))]],
    ['</a> (<urn:1>)', [tagged('/a', token('urn:1'))]],
    ['</a b/\u00c3\u00a0> (<urn:1>)', [tagged('/a b/\u00c3\u00a0', token('urn:1'))]],
    [
      '<http://host/a> (<urn:1>) (["b"]) </c>(Not <urn:2>)',
      [
        tagged('http://host/a', token('urn:1')),
        tagged('http://host/a', etag('"b"')),
        tagged('/c', token('urn:2', true)),
      ],
    ],
    [
      '(<urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2>   ["I am an ETag"]) (["I am another ETag"])',
      [
        untagged(token('urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2'), etag('"I am an ETag"')),
        untagged(etag('"I am another ETag"')),
      ],
    ],
  ];
  for (const [field, lists] of readings) {
    test(`reads ${field}`, () => {
      assert.deepEqual(parseIf(field), lists);
    });
  }

  const refusals: readonly string[] = [
    '',
    '   ',
    '()',
    '( )',
    '(',
    ')',
    '(<urn:1>',
    '<urn:1>)',
    '(<urn:1>))',
    '((<urn:1>))',
    '(Not)',
    '(Not Not <urn:1>)',
    'Not (<urn:1>)',
    '(<>)',
    '(< urn:1>)',
    '(<urn:1)',
    '(<no-scheme>)',
    '(urn:1)',
    '(["a")',
    '([a])',
    '([])',
    '("a")',
    '(["a" "b"])',
    '(["a], ["b"])',
    '([w/"a"])',
    '(<urn:1>), (<urn:2>)',
    '</a>',
    '</a> </b> (<urn:1>)',
    '</a> (<urn:1>) </b>',
    '(<urn:1>) </a> (<urn:2>)',
    '<a> (<urn:1>)',
    '<//host/a> (<urn:1>)',
    '<> (<urn:1>)',
    '(<urn:1>) x',
    '\u00e4',
    '(<urn:1>\n)',
  ];
  for (const field of refusals) {
    test(`refuses ${JSON.stringify(field)}`, () => {
      assert.throws(() => parseIf(field), failing('malformed'));
    });
  }

  test('is capped', () => {
    const most = `(${'<a:b>'.repeat(maximumConditions)})`;
    assert.equal(parseIf(most)[0]?.conditions.length, maximumConditions);
    assert.throws(() => parseIf(`${most}(<a:b>)`), failing('malformed'));
    assert.throws(() => parseIf(`(<a:${'b'.repeat(maximumLength)}>)`), failing('malformed'));
  });

  test('submits every token in it, for whatever resource and however it is used', () => {
    const field = '</a> (<urn:1> ["x"]) (Not <urn:2>) <http://elsewhere/> (<urn:3>)';
    assert.deepEqual([...readIf(field).tokens], ['urn:1', 'urn:2', 'urn:3']);
    assert.deepEqual([...readIf(undefined).tokens], []);
  });
});

const tokens = ['urn:uuid:1', 'urn:uuid:2', 'opaquelocktoken:3', 'DAV:no-lock'] as const;
const opaque = ['"a"', '"b"', '""', '"(<]) "'] as const;

/** fast-check's records have no prototype unless told so, and would not be deeply equal. */
const plain = { noNullPrototype: true } as const;

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('token' as const),
      negated: fc.boolean(),
      token: fc.constantFrom(...tokens),
    },
    plain,
  ),
  fc.record(
    {
      kind: fc.constant('etag' as const),
      negated: fc.boolean(),
      etag: fc.record({ weak: fc.boolean(), value: fc.constantFrom(...opaque) }, plain),
    },
    plain,
  ),
);
const list = fc.array(condition, { minLength: 1, maxLength: 4 });
const field = fc.oneof(
  fc.array(
    list.map((conditions) => ({ resource: undefined, conditions })),
    { minLength: 1, maxLength: 4 },
  ),
  fc.array(
    fc.record({ resource: fc.constantFrom('/a', '/b/%20', 'http://host/a', 'x:y'), conditions: list }, plain),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
);

/** @param gaps white space to put where some may stand, one after another */
function print(lists: readonly ConditionList[], gaps: readonly string[]): string {
  let used = 0;
  const gap = (): string => gaps[(used += 1) % gaps.length] ?? '';
  let previous: string | undefined;
  let text = gap();
  for (const { resource, conditions } of lists) {
    // A tag may be left out where it is the one before.
    if (resource !== undefined && (resource !== previous || gap() === '')) text += `<${resource}>${gap()}`;
    previous = resource;
    text += `(${gap()}`;
    for (const { negated, ...rest } of conditions) {
      if (negated) text += `Not${gap()}`;
      text += rest.kind === 'token' ? `<${rest.token}>` : `[${rest.etag.weak ? 'W/' : ''}${rest.etag.value}]`;
      text += gap();
    }
    text += `)${gap()}`;
  }
  return text;
}

describe('If, by a model', () => {
  const gaps = fc.array(fc.constantFrom('', ' ', '\t', '  '), { minLength: 1, maxLength: 7 });

  test('is read as it was meant, whatever the white space', () => {
    fc.assert(
      fc.property(field, gaps, (lists, spaces) => {
        assert.deepEqual(parseIf(print(lists, spaces)), lists);
      }),
      { numRuns: 2000 },
    );
  });

  test('holds exactly when one of its lists does', async () => {
    const state: fc.Arbitrary<ResourceState> = fc.record({
      tokens: fc.subarray([...tokens.slice(0, 3)]).map((some) => new Set<string>(some)),
      etag: fc.option(fc.record({ weak: fc.constant(false), value: fc.constantFrom(...opaque) }), {
        nil: undefined,
      }),
    });
    const world = fc.array(state, { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(field, world, async (lists, states) => {
        const at = (resource: string | undefined): ResourceState => {
          const found = states[['/a', '/b/%20', undefined].indexOf(resource)];
          return found ?? { tokens: new Set(), etag: undefined };
        };
        let expected = false;
        for (const { resource, conditions } of lists) {
          let all = true;
          for (const one of conditions) {
            const { tokens: held, etag: own } = at(resource);
            const fits =
              one.kind === 'token' ? held.has(one.token) : !one.etag.weak && own?.value === one.etag.value;
            if (fits === one.negated) all = false;
          }
          if (all) expected = true;
        }
        assert.equal(await holds(lists, (resource) => Promise.resolve(at(resource))), expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('that is garbage is malformed, and nothing worse', () => {
    const scraps = fc.constantFrom(
      ...['(', ')', '<', '>', '[', ']', '"', 'W/', 'Not', ' ', '/a', 'urn:x', '<urn:x>', '["a"]', ','],
    );
    const garbage = fc.oneof(
      fc.array(fc.oneof({ weight: 8, arbitrary: scraps }, fc.string({ unit: 'binary', maxLength: 3 })), {
        maxLength: 24,
      }),
      fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(garbage, (pieces) => {
        try {
          const lists = parseIf(pieces.join(''));
          assert.deepEqual(parseIf(print(lists, [''])), lists);
        } catch (error) {
          if (!isFailure(error, 'malformed')) throw error;
        }
      }),
      { numRuns: 5000 },
    );
  });
});

test('a field is about 64 resources at most, however often it names each', () => {
  const about = (most: number): string =>
    Array.from({ length: 500 }, (_, index) => `</docs/${'a/'.repeat(50)}${index % most}> (["a"])`).join(' ');
  assert.equal(parseIf(about(64)).length, 500);
  assert.throws(() => parseIf(about(65)), failing('malformed'));
});
