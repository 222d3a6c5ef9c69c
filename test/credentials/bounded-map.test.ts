import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BoundedMap } from '../../src/credentials/bounded-map.js';

test('BoundedMap keeps just the keys used last', () => {
  const keys = fc.integer({ min: 0, max: 9 });
  const steps = fc.array(fc.tuple(fc.constantFrom('get', 'set', 'delete'), keys), { maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), steps, (capacity, taken) => {
      const map = new BoundedMap<number, string>(capacity);
      let kept: number[] = [];
      for (const [step, key] of taken) {
        const held = kept.includes(key);
        if (step === 'get') assert.equal(map.get(key), held ? `value ${key}` : undefined);
        else if (step === 'set') map.set(key, `value ${key}`);
        else map.delete(key);
        const used = step === 'set' || (step === 'get' && held) ? [key] : [];
        const others = kept.filter((other) => other !== key);
        kept = [...used, ...others].slice(0, capacity);
        assert.equal(map.size, kept.length);
      }
    }),
  );
});
