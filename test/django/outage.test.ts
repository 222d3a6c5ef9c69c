import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { isFailure } from '../../src/failure.js';
import { bothServers } from '../servers/both-servers.js';
import { Relay } from '../servers/relay.js';
import { servedDirectory, servedSite } from './served-site.js';
import { siteAuthenticator } from './site-authenticator.js';

const servers = await bothServers();
await Promise.all(servers.map(servedSite));

const unavailable = (error: unknown) =>
  isFailure(error, 'unavailable') && error.headers.some(([name]) => name === 'Retry-After');

const right = { username: 'staff', password: 'staff – demo' };
const strangers = [
  { username: 'staff', password: 'wrong' },
  { username: 'nobody', password: 'staff – demo' },
];

/** Waits for something that comes by itself. */
async function until(holds: () => boolean, what: string, patience = 20_000): Promise<void> {
  const began = performance.now();
  while (!holds()) {
    assert.ok(performance.now() - began < patience, `${what}: not within ${patience} ms`);
    await pause(5);
  }
}

for (const server of servers) {
  describe(`a lost database, ${server.kind}`, () => {
    test('under load: nobody gets in, nobody is taken for wrong, and it recovers by itself', async (t) => {
      const { knex, directory } = servedDirectory(server);
      t.after(() => knex.destroy());
      let tick = 0;
      // Every look at this clock is a second later, so that nothing that was read stays fresh.
      const authenticator = siteAuthenticator(directory, () => (tick += 1000));
      const unexpected: unknown[] = [];
      const seen = { in: 0, refused: 0, unavailable: 0 };
      let running = true;
      t.after(() => (running = false));

      const visit = async (credentials: typeof right): Promise<void> => {
        while (running) {
          try {
            const identity = await authenticator.authenticate(credentials);
            if ((identity?.username === 'staff') !== (credentials === right)) unexpected.push(credentials);
            else if (identity) seen.in += 1;
            else seen.refused += 1;
          } catch (error) {
            seen.unavailable += 1;
            if (!unavailable(error)) unexpected.push(error);
            await pause(5);
          }
        }
      };
      const visitors = [right, right, right, right, ...strangers].map(visit);
      await until(() => seen.in > 50 && seen.refused > 10, 'visitors');
      assert.equal(seen.unavailable, 0);

      await server.stop();
      await until(() => seen.unavailable > 50, 'refusals');
      const before = seen.in;
      const { unavailable: refused } = seen;
      await until(() => seen.unavailable > refused + 50, 'more refusals');
      assert.equal(seen.in, before, 'nobody gets in without the database');

      await server.start();
      await until(() => seen.in > before, 'recovery');
      const { unavailable: refusals } = seen;
      await until(() => seen.in > before + 100, 'visitors again');
      assert.equal(seen.unavailable, refusals, 'no lost connection is used again');
      running = false;
      await Promise.all(visitors);
      assert.deepEqual(unexpected, []);
    });

    test('a server that is stopped while nobody asks is asked anew', async (t) => {
      const { knex, directory } = servedDirectory(server);
      t.after(() => knex.destroy());
      assert.ok(await directory.find('staff'));
      await server.stop();
      await server.start();
      assert.ok(await directory.find('staff'));
    });
  });
}

describe('a server that falls silent', { concurrency: true }, () => {
  for (const server of servers) {
    test(server.kind, async (t) => {
      const relay = new Relay(server.port);
      const { knex, directory } = servedDirectory(server, { port: await relay.listen() });
      t.after(async () => {
        await knex.destroy();
        relay.close();
      });
      assert.ok(await directory.find('staff'));
      relay.fallSilent();
      // The first meet the connections that there are, the others new ones.
      await Promise.all(
        ['staff', 'staff', 'editor', 'nobody'].map((name) =>
          assert.rejects(directory.find(name), unavailable),
        ),
      );
      await until(() => relay.open === 0, 'hanging up');

      relay.speak();
      assert.ok(await directory.find('staff'));
    });
  }
});
