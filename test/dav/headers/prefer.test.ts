import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePrefer } from '../../../src/dav/headers/prefer.js';

const fields: readonly [string | undefined, boolean, boolean][] = [
  [undefined, false, false],
  ['', false, false],
  ['return=minimal', true, false],
  ['Return="minimal"', true, false],
  [' return = minimal ; foo="bar, baz"', true, false],
  ['depth-noroot', false, true],
  ['depth-noroot, return=minimal', true, true],
  ['respond-async, wait=10, return=minimal', true, false],
  ['foo="a, return=minimal"', false, false],
  ['return=representation, return=minimal', false, false],
  ['return=minimal, return=representation', true, false],
  ['return', false, false],
  ['depth-noroot=1', false, false],
  ['minimal', false, false],
  ['"return=minimal', false, false],
  [',,=,;', false, false],
];

for (const [field, minimal, noRoot] of fields) {
  test(`Prefer: ${String(field)}`, () => {
    assert.deepEqual(parsePrefer(field), { minimal, noRoot });
  });
}
