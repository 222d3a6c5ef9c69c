import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDepth } from '../../src/dav/headers/depth.js';
import { parseOverwrite } from '../../src/dav/headers/overwrite.js';
import { failing } from '../contracts/failing.js';

test('Depth is one of what the method takes, the first where it is missing', () => {
  const all = ['infinity', '0', '1'] as const;
  assert.equal(parseDepth(undefined, all), 'infinity');
  assert.equal(parseDepth(undefined, ['0', '1']), '0');
  for (const depth of all) assert.equal(parseDepth(depth, all), depth);
  assert.equal(parseDepth(' Infinity ', all), 'infinity');
  for (const odd of [
    '',
    '2',
    '-1',
    '00',
    '0,1',
    '1, 1',
    'infinite',
    'infinity,noroot',
    '1,noroot',
    '0x1',
    '\u0661',
  ]) {
    assert.throws(() => parseDepth(odd, all), failing('malformed'), odd);
  }
  assert.throws(() => parseDepth('1', ['infinity', '0']), failing('malformed'));
});

test('Overwrite is T or F, T where it is missing', () => {
  const values = [undefined, 'T', 't', ' T ', 'F', 'f', ' F'].map(parseOverwrite);
  assert.deepEqual(values, [true, true, true, true, false, false, false]);
  for (const odd of ['', 'true', 'yes', 'TF', 'T,F', '0']) {
    assert.throws(() => parseOverwrite(odd), failing('malformed'), odd);
  }
});
