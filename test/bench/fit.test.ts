import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitPowerLaw } from './fit.js';
import { median } from './measuring.js';

describe('fitPowerLaw', () => {
  it('finds the law that the points lie on', () => {
    for (const exponent of [-0.5, 0, 1, 2]) {
      const fit = fitPowerLaw([1, 10, 100, 1000].map((size) => [size, 3 * size ** exponent] as const));
      assert.ok(fit);
      assert.ok(Math.abs(fit.exponent - exponent) < 1e-9, String(fit.exponent));
      assert.ok(Math.abs(fit.factor - 3) < 1e-9, String(fit.factor));
      assert.ok(fit.residual < 1e-9, String(fit.residual));
    }
  });

  it('tells how far off the line the points lie', () => {
    // Symmetric about the line, so the exponent stays 1 and each is ten per cent off.
    const off = Math.exp(0.1);
    const fit = fitPowerLaw([
      [1, off],
      [10, 10 / off],
      [100, 100 / off],
      [1000, 1000 * off],
    ]);
    assert.ok(fit);
    assert.ok(Math.abs(fit.exponent - 1) < 1e-9, String(fit.exponent));
    assert.ok(Math.abs(fit.residual - 0.1) < 1e-9, String(fit.residual));
  });

  it('has nothing to say about one size, or what has no logarithm', () => {
    assert.equal(fitPowerLaw([]), undefined);
    assert.equal(fitPowerLaw([[10, 1]]), undefined);
    assert.equal(
      fitPowerLaw([
        [10, 1],
        [10, 2],
      ]),
      undefined,
    );
    assert.equal(
      fitPowerLaw([
        [1, 0],
        [2, 1],
      ]),
      undefined,
    );
  });
});

describe('median', () => {
  it('is the middle one, whatever the order', () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([100, 3, 2, 1, 4]), 3);
    assert.ok(Number.isNaN(median([])));
  });
});
