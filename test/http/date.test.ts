import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { formatHttpDate, parseHttpDate } from '../../src/http/date.js';

const example = Date.UTC(1994, 10, 6, 8, 49, 37);

const dates: readonly (readonly [form: string, text: string, milliseconds: number])[] = [
  ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT', example],
  ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', example],
  ['asctime', 'Sun Nov  6 08:49:37 1994', example],
  ['asctime with two digits', 'Wed Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
  ['IMF-fixdate with space around', '  Sun, 06 Nov 1994 08:49:37 GMT ', example],
  ['RFC 850 in this century', 'Saturday, 01-Jan-22 00:00:00 GMT', Date.UTC(2022, 0, 1)],
  ['a leap day', 'Thu, 29 Feb 2024 23:59:59 GMT', Date.UTC(2024, 1, 29, 23, 59, 59)],
];
for (const [form, text, milliseconds] of dates) {
  test(`parseHttpDate reads ${form}: ${text}`, () => {
    assert.equal(parseHttpDate(text), milliseconds);
  });
}

const noDates: readonly (readonly [name: string, text: string])[] = [
  ['nothing', ''],
  ['a word', 'yesterday'],
  ['a number', '784111777'],
  ['ISO 8601', '1994-11-06T08:49:37Z'],
  ['another zone', 'Sun, 06 Nov 1994 08:49:37 CET'],
  ['an offset', 'Sun, 06 Nov 1994 08:49:37 +0000'],
  ['no zone', 'Sun, 06 Nov 1994 08:49:37'],
  ['a day of one digit', 'Sun, 6 Nov 1994 08:49:37 GMT'],
  ['a month that is none', 'Sun, 06 Foo 1994 08:49:37 GMT'],
  ['a day beyond every month', 'Sun, 32 Jan 1994 08:49:37 GMT'],
  ['a day beyond its month', 'Sat, 31 Feb 2024 08:49:37 GMT'],
  ['a leap day in a common year', 'Wed, 29 Feb 2023 08:49:37 GMT'],
  ['an hour beyond the day', 'Sun, 06 Nov 1994 24:00:00 GMT'],
  ['no day of the week', '06 Nov 1994 08:49:37 GMT'],
  ['two dates', 'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT'],
  ['the parameter that old browsers added', 'Sun, 06 Nov 1994 08:49:37 GMT; length=1024'],
];
for (const [name, text] of noDates) {
  test(`parseHttpDate refuses ${name}: ${JSON.stringify(text)}`, () => {
    assert.equal(parseHttpDate(text), undefined);
  });
}

test('formatHttpDate writes an IMF-fixdate and cuts fractions of a second off', () => {
  assert.equal(formatHttpDate(example), 'Sun, 06 Nov 1994 08:49:37 GMT');
  assert.equal(formatHttpDate(example + 999.7), 'Sun, 06 Nov 1994 08:49:37 GMT');
  assert.equal(formatHttpDate(0), 'Thu, 01 Jan 1970 00:00:00 GMT');
});

test('what formatHttpDate writes, parseHttpDate reads', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_799 }), (seconds) => {
      assert.equal(parseHttpDate(formatHttpDate(seconds * 1000)), seconds * 1000);
    }),
  );
});

test('formatHttpDate writes what the platform does, before 1970 and in any order of days too', () => {
  const range = 8_640_000_000_000_000;
  fc.assert(
    fc.property(fc.double({ min: -range, max: range, noNaN: true }), (milliseconds) => {
      assert.equal(formatHttpDate(milliseconds), new Date(milliseconds).toUTCString());
    }),
  );
});
