import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SiteAuthenticator } from '../../../src/credentials/site-authenticator.js';
import type { SignedIn } from '../../../src/django/sign-in/site-sign-in.js';
import { until } from '../../helpers/until.js';
import { djangos } from '../djangos.js';
import { alice, answersAgain, isAlive, oddSite, pidsIn, unavailable } from './odd-site.js';
import { signingSite } from './signing-site.js';

for (const django of djangos) {
  describe(`a backend of the site\u2019s own, Django ${django.version}`, () => {
    const nobody = [
      'it-denies',
      'it-gives-nobody',
      'it-gives-a-group',
      'it-gives-one-unsaved',
      'it-forks',
      'it-forks-and-raises',
      'it-prints',
    ];
    test('that denies, or gives what is no user, lets nobody in; nor does what it prints or forks', async (t) => {
      const site = oddSite(t, django);
      const pool = site.pool({ size: 1 });
      for (const name of nobody) {
        const found = await pool.signIn(name, 'sesame').catch(() => site.notes.join());
        assert.equal(found, undefined, name);
      }
      assert.deepEqual(
        site.notes,
        ['AnonymousUser', 'Group', 'User'].map(
          (kind) => `authenticate() gave a ${kind}, which is no user of AUTH_USER_MODEL.`,
        ),
      );
      assert.equal(await alice(pool), '1');
      assert.equal((await pool.signIn('it-prints', 'it-prints-demo'))?.username, 'alice');
      assert.equal(await pool.signIn('alice', 'no'), undefined);
    });

    test('that raises is told of without its message, which may have the password in it', async (t) => {
      const site = oddSite(t, django);
      const pool = site.pool({ size: 1 });
      for (const name of ['it-raises', 'it-exits', 'it-gives-text']) {
        await assert.rejects(pool.signIn(name, 'sesame'), unavailable);
      }
      assert.match(site.notes[0] ?? '', /has raised ValueError at .*own\.py:\d+ in it_raises\.$/);
      assert.match(site.notes[1] ?? '', /has raised SystemExit at /);
      assert.doesNotMatch(site.notes.join(), /sesame/);
      assert.equal(await alice(pool), '1');
    });
  });
}

test('the user whom a backend gives is nobody where their row is inactive or gone', async (t) => {
  const site = oddSite(t);
  const authenticator = new SiteAuthenticator({
    site: site.pool({ size: 1 }),
    directory: site.directory(),
    seconds: 60,
    now: () => performance.now(),
    noted: (trouble) => site.notes.push(trouble),
  });
  for (const username of ['it-gives-the-inactive', 'it-gives-one-deleted', 'carol']) {
    assert.equal(await authenticator.authenticate({ username, password: 'carol-demo' }), undefined, username);
  }
  assert.deepEqual(site.notes, []);
  const identity = await authenticator.authenticate({ username: 'alice', password: 'alice-demo' });
  assert.equal(identity?.username, 'alice');
});

describe('a process that', () => {
  for (const name of ['it-crashes', 'it-leaves', 'it-closes']) {
    test(`${name.replace('it-', '')} lets nobody in, and another one takes its place`, async (t) => {
      const site = oddSite(t);
      const pool = site.pool({ size: 1 });
      await assert.rejects(pool.signIn(name, 'sesame'), unavailable);
      await answersAgain(pool);
      assert.doesNotMatch(site.notes.join(), /sesame/);
    });
  }

  test('hangs is ended alone, in its time', async (t) => {
    const site = oddSite(t);
    const pool = site.pool({ size: 3, patience: 4000 });
    await pool.loaded();
    const hanging = ['it-hangs', 'it-hangs-deaf'].map((name) =>
      assert.rejects(pool.signIn(name, 'sesame'), unavailable),
    );
    await until(() => existsSync(join(site.folder, 'pids')) && pidsIn(site.folder).length === 2, 'both hang');
    assert.equal(await alice(pool), '1', 'the third one answers meanwhile');
    const before = new Set(pool.pids);
    await Promise.all(hanging);
    await until(() => !pidsIn(site.folder).some(isAlive), 'all of them have ended');
    await until(() => pool.pids.filter((pid) => before.has(pid)).length === 1, 'one of three is left');
    assert.equal(await alice(pool), '1');
    assert.match(site.notes[0] ?? '', /did not answer within 4 s/);
  });

  test('is killed leaves nothing behind of what the site has started', async (t) => {
    const site = oddSite(t);
    const pool = site.pool({ size: 1 });
    await assert.rejects(pool.signIn('it-leaves-a-child', 'sesame'), unavailable);
    assert.equal(pidsIn(site.folder).length, 3);
    await until(() => !pidsIn(site.folder).some(isAlive), 'all of them have ended');
  });

  test('has lost what watches it is ended, too', async (t) => {
    const site = oddSite(t);
    const pool = site.pool({ size: 1, patience: 600_000 });
    await pool.loaded();
    const [leader] = pool.pids;
    assert.ok(leader);
    const waiting = assert.rejects(pool.signIn('it-hangs', 'sesame'), unavailable);
    await until(() => existsSync(join(site.folder, 'pids')), 'it hangs');
    process.kill(leader, 'SIGKILL');
    await waiting;
    await until(() => !pidsIn(site.folder).some(isAlive), 'all of them have ended');
  });
});

describe('a site that does not load', () => {
  test('for want of a Python lets nobody in', async (t) => {
    const site = signingSite(t, { backends: ['own.Counting'] });
    const pool = site.pool({
      program: { python: '/nowhere/python', project: site.folder, settings: 'settings', environment: {} },
      backOff: 60_000,
    });
    await assert.rejects(
      pool.loaded(),
      /does not load to sign people in: Python cannot be started as "\/nowhere/,
    );
    await assert.rejects(alice(pool), unavailable);
  });

  test('by an import, shows the error', async (t) => {
    const site = signingSite(t, { backends: ['own.Counting'] });
    const pool = site.pool({
      program: {
        python: '/usr/bin/python3',
        project: site.folder,
        settings: 'missing_settings',
        environment: {},
      },
      backOff: 60_000,
    });
    await assert.rejects(
      pool.loaded(),
      /does not load to sign people in.*No module named 'missing_settings'/s,
    );
    await assert.rejects(alice(pool), unavailable, 'nothing is started for a while');
    await until(() => pool.pids.length === 0, 'it has ended');
  });
});

test('many who sign in at once share a few processes', async (t) => {
  const site = oddSite(t);
  const pool = site.pool({ size: 2, patience: 120_000 });
  const from = (_: unknown, number: number): Promise<SignedIn | undefined> =>
    pool.signIn('alice', 'alice-demo', { place: String(number % 5) });
  const found = await Promise.all(Array.from({ length: 60 }, from));
  assert.deepEqual([...new Set(found.map((user) => user?.id))], ['1']);
  assert.equal(pool.pids.length, 2);
  const tooMany = await Promise.allSettled(Array.from({ length: 300 }, from));
  assert.ok(
    tooMany.some(({ status }) => status === 'rejected'),
    'the line is bounded',
  );
  assert.ok(tooMany.filter(({ status }) => status === 'fulfilled').length >= 256);
});
