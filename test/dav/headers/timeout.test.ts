import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTimeout } from '../../../src/dav/headers/timeout.js';
import { grantedSeconds } from '../../../src/dav/locks/limits.js';

test('Timeout is the first value that is understood', () => {
  const cases: readonly [string | undefined, ReturnType<typeof parseTimeout>][] = [
    [undefined, undefined],
    ['', undefined],
    ['Second-600', 600],
    ['second-600', 600],
    [' Second-600 ', 600],
    ['Infinite', 'infinite'],
    ['Infinite, Second-4100000000', 'infinite'],
    ['Second-4100000000, Infinite', 4_100_000_000],
    ['Extend-3, Second-5', 5],
    ['Second-0', 0],
    ['Second--1', undefined],
    ['Second-1.5', undefined],
    ['Second-99999999999', undefined],
    ['600', undefined],
    ['Second', undefined],
    [',,', undefined],
  ];
  for (const [field, expected] of cases) assert.equal(parseTimeout(field), expected, field);
});

test('a lock lasts as long as asked, within reason', () => {
  const limits = { lifetime: 3600, perUser: 1, inAll: 10 };
  const cases: readonly [ReturnType<typeof parseTimeout>, number][] = [
    [undefined, 3600],
    ['infinite', 3600],
    [600, 600],
    [3600, 3600],
    [3601, 3600],
    [4_100_000_000, 3600],
    [30, 30],
    [1, 30],
    [0, 30],
  ];
  for (const [asked, granted] of cases) assert.equal(grantedSeconds(asked, limits), granted, String(asked));
  assert.equal(grantedSeconds(600, { lifetime: 10, perUser: 1, inAll: 10 }), 10);
});
