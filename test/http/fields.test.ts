import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFields, mostFields } from '../../src/http/fields.js';
import { isFailure } from '../../src/failure.js';

const distinct = (fields: readonly string[]): number =>
  new Set(fields.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())).size;

const cases: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['nothing', [], undefined],
  ['each once', ['Host', 'x', 'If-Match', '"a"', 'Depth', '0'], undefined],
  ['lists, which may be repeated', ['If-Match', '"a"', 'if-match', '"b"', 'Via', 'x', 'Via', 'y'], undefined],
  ['what decides nothing', ['User-Agent', 'a', 'user-agent', 'b'], undefined],
  ...[
    ...['Host', 'Authorization', 'If', 'If-Range', 'If-Modified-Since', 'If-Unmodified-Since', 'Range'],
    ...['Depth', 'Destination', 'Overwrite', 'Lock-Token', 'Content-Type', 'Content-Range', 'Content-Length'],
    ...['X-Expected-Entity-Length', 'Expect', 'Origin'],
  ].map((name) => [`two of ${name}`, [name, 'a', 'Via', 'x', name.toLowerCase(), 'a'], 'malformed'] as const),
  ['as many as may be', Array.from({ length: mostFields }, (_, n) => [`x-${n}`, '']).flat(), undefined],
  ['one too many', Array.from({ length: mostFields + 1 }, () => ['via', '']).flat(), 'too-many-fields'],
];
for (const [what, fields, kind] of cases) {
  test(`fields: ${what}`, () => {
    const check = (): void => {
      checkFields(fields, distinct(fields));
    };
    if (kind === undefined) assert.doesNotThrow(check);
    else assert.throws(check, (error) => isFailure(error) && error.kind === kind);
  });
}
