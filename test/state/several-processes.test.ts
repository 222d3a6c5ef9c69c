import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { temporaryFolder } from '../contracts/temporary-folder.js';
import { onServer } from '../helpers/paths.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import type { Contest } from './contender.js';
import { databases, openState } from './databases.js';

const contenders = 4;
const rounds = 40;

for (const database of await databases()) {
  test(`of several connections to ${database.name} that race for a lock, each in a thread of its own, exactly one gets it`, async (t) => {
    const location = await database.locate(t);
    const contest: Contest = {
      location,
      rounds,
      contenders,
      arrivals: new Int32Array(new SharedArrayBuffer(4 * (rounds + 1))),
    };
    const outcomes = await Promise.all(
      Array.from({ length: contenders }, async () => {
        const worker = new Worker(new URL('./contender.js', import.meta.url), { workerData: contest });
        const messages: unknown = await once(worker, 'message');
        await worker.terminate();
        assert.ok(Array.isArray(messages) && Array.isArray(messages[0]));
        return messages[0].map(Boolean);
      }),
    );
    for (let round = 0; round < rounds; round += 1) {
      const winners = outcomes.filter((won) => won[round] === true).length;
      assert.equal(winners, 1, `round ${round}`);
    }
    const store = new SqlLockStore(await openState(t, location), Date.now);
    assert.equal((await store.below(onServer('/'))).length, rounds);
  });
}

test('a new SQLite file is opened by several at the same moment, as workers do', async (t) => {
  const folder = temporaryFolder(t);
  const openers = Array.from(
    { length: contenders },
    () => new Worker(new URL('./opener.js', import.meta.url)),
  );
  t.after(() => Promise.all(openers.map((opener) => opener.terminate())));
  for (let number = 0; number < 40; number += 1) {
    const file = join(folder, `state${number}.sqlite3`);
    const told = await Promise.all(
      openers.map(async (opener) => {
        const message = once(opener, 'message');
        opener.postMessage(file);
        return (await message).map(String);
      }),
    );
    assert.deepEqual(
      told.flat(),
      Array.from({ length: contenders }, () => 'opened'),
      `file ${number}`,
    );
  }
});
