import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from '../helpers/seeded-fast-check.js';
import { Allowance } from '../../src/async/allowance.js';

describe('an allowance', () => {
  test('gives one owner a part of it at most', () => {
    const allowance = new Allowance({ inAll: 10, perOwner: 6 });
    const first = allowance.hold('alice');
    const second = allowance.hold('alice');
    assert.ok(first.grow(4));
    assert.ok(!second.grow(3));
    assert.ok(second.grow(2));
    assert.ok(allowance.hold('bob').grow(4));
    assert.ok(!allowance.hold('carol').grow(1));
  });

  test('has room again for what was given back', () => {
    const allowance = new Allowance({ inAll: 6, perOwner: 6 });
    const holding = allowance.hold('alice');
    assert.ok(holding.grow(6));
    holding.release();
    holding.release();
    assert.equal(allowance.held, 0);
    assert.ok(!holding.grow(1), 'a holding that is over takes nothing');
    assert.ok(allowance.hold('bob').grow(6));
  });

  test('never exceeds its limits, and ends empty', () => {
    const step = fc.record({
      owner: fc.constantFrom('a', 'b', 'c'),
      amount: fc.integer({ min: 0, max: 40 }),
      keep: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const allowance = new Allowance({ inAll: 100, perOwner: 60 });
        const holdings = steps.map(({ owner, amount, keep }) => {
          const holding = allowance.hold(owner);
          holding.grow(amount);
          assert.ok(allowance.held <= 100);
          if (!keep) holding.release();
          return holding;
        });
        for (const holding of holdings) holding.release();
        assert.equal(allowance.held, 0);
      }),
    );
  });
});
