import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SqlFailureCounter } from '../../src/state/sql-failure-counter.js';
import { failing } from '../contracts/failing.js';
import { failureCounterContract } from '../contracts/failure-counter-contract.js';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { databases, openSqlite, openState } from './databases.js';

for (const database of await databases()) {
  failureCounterContract(
    database.name,
    async (t) => new SqlFailureCounter(await openState(t, await database.locate(t))),
  );
}

describe('counts in the state database', () => {
  test('are shared by all that use it, and outlive them', async (t) => {
    const file = join(temporaryFolder(t), 'state.sqlite3');
    const one = new SqlFailureCounter(await openSqlite(t, file));
    const two = new SqlFailureCounter(await openSqlite(t, file));
    await Promise.all(Array.from({ length: 10 }, (_, index) => (index % 2 ? one : two).add('a', 60)));
    assert.equal((await one.read('a'))?.failures, 10);
    assert.equal((await new SqlFailureCounter(await openSqlite(t, file)).read('a'))?.failures, 10);
  });

  test('are removed once their window has ended', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const database = await openSqlite(t);
    const counter = new SqlFailureCounter(database);
    const keys = (): Promise<string[]> => database.knex('login_failures').orderBy('key').pluck('key');
    await counter.add('long', 600);
    for (const key of ['a', 'b', 'c']) await counter.add(key, 10);
    t.mock.timers.tick(59_999);
    await counter.add('d', 600);
    assert.deepEqual(await keys(), ['a', 'b', 'c', 'd', 'long']);
    t.mock.timers.tick(1);
    await counter.add('e', 600);
    assert.deepEqual(await keys(), ['d', 'e', 'long']);
  });

  test('are unavailable when it is gone', async (t) => {
    const database = await openSqlite(t);
    const counter = new SqlFailureCounter(database);
    await database.destroy();
    await assert.rejects(counter.read('a'), failing('unavailable'));
    await assert.rejects(counter.add('a', 60), failing('unavailable'));
    await assert.rejects(counter.takeBack('a'), failing('unavailable'));
    await assert.rejects(counter.clear('a'), failing('unavailable'));
  });
});
