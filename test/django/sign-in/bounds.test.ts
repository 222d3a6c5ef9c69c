import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SitePool } from '../../../src/django/sign-in/site-pool.js';
import { isFailure } from '../../../src/failure.js';
import { until } from '../../helpers/until.js';
import { signingSite } from './signing-site.js';

const unavailable = (error: unknown): boolean => isFailure(error, 'unavailable');

test('an answer that is too long is none, and the process answers the next question', async (t) => {
  const site = signingSite(t, {
    backends: ['own.Counting', 'own.Wide'],
    own: `
class Wide(BaseBackend):
    def get_all_permissions(self, user, obj=None):
        return {'wide.permission_%06d' % number for number in range(100000 if user.username == 'bob' else 3)}
`,
  });
  const pool = site.pool({ size: 1 });
  const directory = site.directory();
  const permissionsOf = async (username: string): Promise<ReadonlySet<string>> => {
    const user = await directory.find(username);
    assert.ok(user);
    return pool.permissionsOf(user);
  };
  await assert.rejects(permissionsOf('bob'), unavailable);
  assert.match(site.notes[0] ?? '', /the answer is longer than 1048576 bytes/);
  const pids = pool.pids;
  assert.deepEqual([...(await permissionsOf('alice'))].sort(), [
    'auth.view_group',
    'wide.permission_000000',
    'wide.permission_000001',
    'wide.permission_000002',
  ]);
  assert.deepEqual(pool.pids, pids);
});

test('a user whose key or name is another\u2019s may nothing', async (t) => {
  const site = signingSite(t, { backends: ['own.Counting'] });
  const pool = site.pool({ size: 1, permissions: ['auth.view_group'] });
  const alice = await site.directory().find('alice');
  assert.ok(alice);
  assert.deepEqual([...(await pool.permissionsOf(alice))], ['auth.view_group']);
  for (const user of [
    { ...alice, username: 'Alice' },
    { ...alice, id: '2' },
    { ...alice, id: '999' },
  ]) {
    assert.deepEqual([...(await pool.permissionsOf(user))], []);
  }
  assert.deepEqual(site.notes, []);
  await assert.rejects(pool.permissionsOf({ ...alice, encodedPassword: 'another row\u2019s' }), unavailable);
  assert.match(site.notes.join(), /^The site and davgate do not read the same row/);
});

test('more permissions than a question has room for are refused', () => {
  const program = { python: 'python3', project: '/', settings: 'settings', environment: {} };
  const permissions = Array.from({ length: 20_000 }, (_, number) => `app.a_rather_long_permission_${number}`);
  assert.throws(
    () => new SitePool({ program, permissions, noted: () => undefined }),
    (error) => isFailure(error, 'not-implemented'),
  );
});

test('a site that does not load is tried ever more seldom', async (t) => {
  const site = signingSite(t, { backends: ['own.Counting'] });
  const noted: number[] = [];
  const pool = site.pool({
    program: { python: '/usr/bin/python3', project: site.folder, settings: 'missing', environment: {} },
    backOff: 200,
    noted: () => noted.push(performance.now()),
  });
  await assert.rejects(pool.loaded(), unavailable);
  await until(() => noted.length === 4, 'it was started four times');
  const [first = 0, second = 0, third = 0, fourth = 0] = noted;
  // However slow the machine is, it waits no less than that.
  assert.ok(second - first >= 150 && third - second >= 350 && fourth - third >= 750, noted.join());
});

test('after davgate has closed it, nothing is started', async (t) => {
  const site = signingSite(t, { backends: ['own.Counting'] });
  const pool = site.pool({ size: 1 });
  const asked = assert.rejects(pool.signIn('alice', 'alice-demo'), unavailable);
  await pool.close();
  await asked;
  await assert.rejects(pool.signIn('alice', 'alice-demo'), unavailable);
  assert.deepEqual(pool.pids, []);
});
