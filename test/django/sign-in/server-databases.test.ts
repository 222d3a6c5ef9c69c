import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { hasPermission, type Identity } from '../../../src/access/identity.js';
import { SiteAuthenticator } from '../../../src/credentials/site-authenticator.js';
import { RightsAuthenticator, SiteRights } from '../../../src/credentials/site-rights.js';
import { isFailure } from '../../../src/failure.js';
import { until } from '../../helpers/until.js';
import { bothServers } from '../../servers/both-servers.js';
import { password, type TestServer } from '../../servers/database-server.js';
import { serverDatabase } from '../real-site.js';
import { signingSite } from './signing-site.js';

const servers = await bothServers();
let databases = 0;

/** Editors may what no table shows. */
const own = `
class Roles(BaseBackend):
    def has_perm(self, user, perm, obj=None):
        return perm == 'docs.edit' and user.is_active and user.groups.filter(name='editors').exists()
`;

/** A site whose users are on a server, and davgate's authenticator, time in the test's hands. */
async function setting(t: TestContext, server: TestServer) {
  databases += 1;
  const database = `signing${databases}`;
  await server.createDatabase(database);
  const location = {
    kind: server.kind,
    server: server.server({ user: 'reader', password, database }),
  };
  const entry = serverDatabase(server.kind, server.server({ user: 'site', password, database }));
  const backends = ['own.Counting', 'own.Roles'];
  const site = signingSite(t, { backends, own, database: { entry, location } });
  await server.letRead(database);
  const pool = site.pool({ size: 1, permissions: ['docs.edit', 'auth.view_group'] });
  const clock = { now: 1_000_000 };
  const parts = {
    site: pool,
    directory: site.directory(),
    seconds: 60,
    now: () => clock.now,
    noted: (trouble: string) => void site.notes.push(trouble),
  };
  const authenticator = new RightsAuthenticator(new SiteAuthenticator(parts), new SiteRights(parts));
  return {
    ...site,
    database,
    clock,
    login: (username: string, word = `${username}-demo`): Promise<Identity | undefined> =>
      authenticator.authenticate({ username, password: word }),
    /** As the site's own administrator does, through a connection of its own. */
    change: async (statement: string): Promise<void> => {
      const admin = server.administrator(database);
      await admin.raw(statement);
      await admin.destroy();
    },
  };
}

for (const server of servers) {
  describe(`the site\u2019s own sign-in with its users on ${server.kind}`, () => {
    test('lets in whom it finds right, and nobody else', async (t) => {
      const { login, calls, notes } = await setting(t, server);
      for (let round = 0; round < 3; round += 1) {
        const alice = await login('alice');
        assert.deepEqual([alice?.username, alice?.isStaff], ['alice', true]);
      }
      assert.deepEqual(calls(), ['alice']);
      assert.equal(await login('alice', 'no'), undefined);
      assert.equal(await login('nobody'), undefined);
      assert.equal(await login('carol'), undefined, 'inactive');
      assert.deepEqual(notes, []);
    });

    test('shuts out within a second whom the row makes inactive, or gives another password', async (t) => {
      const { login, clock, change } = await setting(t, server);
      for (const [name, to] of [
        ['alice', 'is_active = false'],
        ['bob', "password = '!'"],
      ] as const) {
        assert.ok(await login(name));
        await change(`update auth_user set ${to} where username = '${name}'`);
        clock.now += 1000;
        assert.equal(await login(name), undefined, name);
      }
    });

    test('says what people may by its own code, anew once a table tells of a change', async (t) => {
      const { login, clock, change, notes } = await setting(t, server);
      const may = async (name: string): Promise<boolean[]> => {
        const identity = await login(name);
        assert.ok(identity);
        return ['docs.edit', 'auth.view_group'].map((permission) => hasPermission(identity, permission));
      };
      assert.deepEqual(await may('alice'), [true, true]);
      assert.deepEqual(await may('bob'), [false, false]);
      await change('delete from auth_user_groups');
      clock.now += 1000;
      assert.deepEqual(await may('alice'), [false, false]);
      assert.deepEqual(notes, []);
    });

    test('lets nobody in by a row of another database that has the same key and name', async (t) => {
      const { pool, notes, directory } = await setting(t, server);
      const copy = await setting(t, server);
      const site = pool({ size: 1 });
      const elsewhere = {
        kind: server.kind,
        server: server.server({ user: 'reader', password, database: copy.database }),
      };
      const parts = {
        site,
        seconds: 60,
        now: () => performance.now(),
        noted: (trouble: string) => notes.push(trouble),
      };
      const alice = { username: 'alice', password: 'alice-demo' };
      const rows = await Promise.all([directory(), directory(elsewhere)].map((each) => each.findById('1')));
      assert.deepEqual([rows[0]?.username, rows[1]?.username], ['alice', 'alice']);
      const same = new SiteAuthenticator({ ...parts, directory: directory() });
      assert.ok(await same.authenticate(alice));
      assert.deepEqual(notes, []);
      const other = new SiteAuthenticator({ ...parts, directory: directory(elsewhere) });
      assert.equal(await other.authenticate(alice), undefined);
      assert.match(notes.join(), /^The site and davgate do not read the same row/);
    });

    test('lets nobody in while the server is down, and everybody once it is back', async (t) => {
      const { login, clock } = await setting(t, server);
      assert.ok(await login('alice'));
      await server.stop();
      try {
        clock.now += 60_000;
        for (const name of ['alice', 'bob']) {
          await assert.rejects(login(name), (error) => isFailure(error, 'unavailable'));
        }
      } finally {
        await server.start();
      }
      const isIn = async (name: string): Promise<boolean> => {
        try {
          return (await login(name))?.username === name;
        } catch {
          return false;
        }
      };
      for (const name of ['alice', 'bob']) await until(() => isIn(name), `${name} is in again`);
    });
  });
}
