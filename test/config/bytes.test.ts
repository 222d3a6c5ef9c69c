import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBytes } from '../../src/config/bytes.js';

const sizes: readonly [number | string, number | undefined][] = [
  [0, 0],
  [1000, 1000],
  ['1000', 1000],
  ['10 B', 10],
  ['10 kB', 10_000],
  ['10 KB', 10_000],
  ['10 KiB', 10_240],
  ['10GiB', 10_737_418_240],
  ['1.5 MB', 1_500_000],
  ['0.5 KiB', 512],
  ['2 TiB', 2_199_023_255_552],
  ['', undefined],
  ['GiB', undefined],
  ['10 gigabytes', undefined],
  ['10 GiBs', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['10  GiB', undefined],
  ['99999 PiB', undefined],
  [-1, undefined],
  [Number.NaN, undefined],
];
for (const [size, bytes] of sizes) {
  test(`${JSON.stringify(size)} is ${bytes === undefined ? 'no size' : `${bytes} bytes`}`, () => {
    assert.equal(parseBytes(size), bytes);
  });
}
