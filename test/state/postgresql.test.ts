import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { openStateDatabase } from '../../src/state/database.js';
import { SqlFailureCounter } from '../../src/state/sql-failure-counter.js';
import { SqlLockStore } from '../../src/state/sql-lock-store.js';
import { SqlPropertyStore } from '../../src/state/sql-property-store.js';
import { failing } from '../contracts/failing.js';
import { onServer } from '../helpers/paths.js';
import { propertyLimits } from '../dav/limits.js';
import { startPostgresql } from '../servers/postgresql-server.js';
import { newDatabase, openState } from './databases.js';

const owner = { principal: 'alice', share: onServer('/') };

const server = await startPostgresql();
after(() => server.close());

const request = {
  root: onServer('/docs/one'),
  depth: '0',
  scope: 'exclusive',
  principal: 'alice',
  owner: '',
  timeoutSeconds: 600,
} as const;

describe('state in PostgreSQL', () => {
  test('gives one of 200 who ask two processes for the same lock at once that lock', async () => {
    const location = await newDatabase(server);
    const processes = [0, 1].map(() => fork(new URL('./locker.js', import.meta.url)));
    for (const child of processes) {
      const ready = once(child, 'message');
      child.send({ location, lockers: 100 });
      await ready;
    }
    const outcomes = processes.map(async (child) => {
      const message = once(child, 'message');
      child.send('go');
      const said: unknown = await message;
      assert.ok(Array.isArray(said) && Array.isArray(said[0]));
      return said[0].map(String);
    });
    const answers = (await Promise.all(outcomes)).flat();
    const count = (answer: string): number => answers.filter((found) => found === answer).length;
    assert.deepEqual([count('granted'), count('refused'), count('failed')], [1, 199, 0]);
  });

  test('is made once by instances that start together, and a lock of one holds on the other at once', async (t) => {
    const location = await newDatabase(server);
    const [one, two] = await Promise.all([openState(t, location), openState(t, location)]);
    const [first, second] = [new SqlLockStore(one, Date.now), new SqlLockStore(two, Date.now)];
    for (let round = 0; round < 20; round += 1) {
      const taken = await first.acquire(request);
      assert.ok('granted' in taken);
      const { token } = taken.granted;
      assert.deepEqual(await second.covering(request.root), [taken.granted]);
      assert.deepEqual(await second.acquire(request), { conflicts: [taken.granted] });
      assert.ok(await second.remove(token));
      assert.deepEqual(await first.covering(request.root), []);
    }
  });

  test('has every change of several that are made at once, though they get in each other\u2019s way', async (t) => {
    const location = await newDatabase(server);
    const stores = await Promise.all(
      [0, 1].map(async () => new SqlPropertyStore(await openState(t, location), propertyLimits)),
    );
    const names = Array.from({ length: 30 }, (_, index) => `{x:}p${index}`);
    const path = onServer('/docs/one');
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        stores.map((store, index) => {
          const changes = names.map((name) => ({ name, value: `${round}` }));
          return store.patch(path, index === 0 ? changes : changes.reverse(), owner);
        }),
      );
      assert.deepEqual(await stores[0]?.get(path), new Map(names.map((name) => [name, `${round}`])));
      await Promise.all(stores.map((store) => store.copyTree(path, onServer('/docs/two'), '0', owner)));
      assert.equal((await stores[1]?.get(onServer('/docs/two')))?.size, names.length);
    }
  });

  test('that cannot be logged in to, or is not there, is unavailable at the start', async () => {
    for (const access of [{ password: 'wrong' }, { database: 'nowhere' }, { port: 1 }]) {
      await assert.rejects(
        async () => openStateDatabase(await newDatabase(server, access)),
        failing('unavailable'),
      );
    }
  });

  test('that stops makes every question unavailable, and comes back by itself', async (t) => {
    const location = await newDatabase(server);
    const database = await openState(t, location);
    const locks = new SqlLockStore(database, Date.now);
    const properties = new SqlPropertyStore(database, propertyLimits);
    const counter = new SqlFailureCounter(database);
    const taken = await locks.acquire(request);
    assert.ok('granted' in taken);
    const questions = (): Promise<unknown>[] => [
      locks.acquire({ ...request, root: onServer('/docs/two') }),
      locks.covering(request.root),
      properties.get(request.root),
      properties.patch(request.root, [{ name: '{x:}p', value: '1' }], owner),
      counter.read('a'),
      counter.add('a', 60),
    ];
    await server.stop();
    for (const outcome of await Promise.allSettled(questions())) {
      assert.equal(outcome.status, 'rejected');
      failing('unavailable')(outcome.reason);
    }
    await server.start();
    for (const outcome of await Promise.allSettled(questions())) assert.equal(outcome.status, 'fulfilled');
    assert.deepEqual(await locks.covering(request.root), [taken.granted]);
  });
});
