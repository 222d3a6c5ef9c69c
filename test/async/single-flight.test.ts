import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SingleFlight } from '../../src/async/single-flight.js';

describe('SingleFlight', () => {
  test('does equal work once at a time, other work beside it, and the next anew', async () => {
    const flights = new SingleFlight<string, number>();
    let works = 0;
    const work = async () => {
      await Promise.resolve();
      works += 1;
      return works;
    };
    assert.deepEqual(
      await Promise.all([flights.run('a', work), flights.run('a', work), flights.run('b', work)]),
      [1, 1, 2],
    );
    assert.equal(await flights.run('a', work), 3);
  });

  test('rejects all who wait, and forgets it', async () => {
    const flights = new SingleFlight<string, number>();
    const broken = () => Promise.reject(new Error('broken'));
    const results = await Promise.allSettled([
      flights.run('a', broken),
      flights.run('a', () => Promise.resolve(1)),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await flights.run('a', () => Promise.resolve(2)), 2);
  });
});
