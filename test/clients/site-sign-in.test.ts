import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { until } from '../helpers/until.js';
import { declare, startDavgate, type TestDavgate } from './helpers/davgate.js';
import { curl, run } from './helpers/programs.js';
import { signingSample } from './helpers/signing-sample.js';
import { environmentOf, processesOf } from './helpers/site-processes.js';

describe('a site that signs people in itself', () => {
  let site: Awaited<ReturnType<typeof signingSample>>;
  let davgate: TestDavgate;
  const status = async (user: string, password: string, path = '/docs/'): Promise<number> =>
    (
      await curl(`${davgate.url}${path}`, [
        '--user',
        `${user}:${password}`,
        '--request',
        'PROPFIND',
        '--header',
        'Depth: 0',
      ])
    ).status;
  before(async () => {
    site = await signingSample();
    await declare(site.folder, (declaration) => {
      declaration.django = { ...site.django, signIn: 'site', signInSeconds: 3600 };
    });
    davgate = await startDavgate(site.folder);
  });
  after(async () => {
    await davgate.end();
    await rm(site.folder, { recursive: true, force: true });
  });

  it('lets in whom it knows, by the names that it takes, with the client\u2019s address', async () => {
    assert.equal(await status('ALICE', 'alice-demo'), 207);
    assert.equal(await status('ALICE', 'alice-demo'), 207);
    assert.deepEqual(site.calls(), ['ALICE 127.0.0.1']);
    assert.equal(await status('alice', 'no'), 401);
    assert.equal(await status('nobody', 'no'), 401);
    assert.equal(site.calls().length, 3);
    await davgate.logged(({ event, user }) => event === 'login-refused' && user === 'nobody');
    const audited = davgate.log.flatMap(({ event, user, address }) =>
      typeof event === 'string' ? [`${event} ${String(user)} ${String(address)}`] : [],
    );
    assert.deepEqual(audited, [
      'login-accepted ALICE 127.0.0.1',
      'login-refused alice 127.0.0.1',
      'login-refused nobody 127.0.0.1',
    ]);
  });

  it('costs one call for a checkout of 3,000 files', async () => {
    const files = join(site.folder, 'three-thousand');
    await mkdir(files);
    for (let folder = 0; folder < 30; folder += 1) {
      await mkdir(join(files, String(folder)));
      for (let file = 0; file < 100; file += 1)
        writeFileSync(join(files, String(folder), `${file}.txt`), `${file}\n`);
    }
    const login = ['--non-interactive', '--no-auth-cache', '--username', 'Alice', '--password', 'alice-demo'];
    const before = site.calls().length;
    await run('svn', ['import', '-q', '-m', 'Many', files, `${davgate.url}/svn/sample/many`, ...login]);
    const copy = join(site.folder, 'checked-out');
    await run('svn', ['checkout', '-q', `${davgate.url}/svn/sample/many`, copy, ...login]);
    assert.equal(readdirSync(join(copy, '29')).length, 100);
    assert.deepEqual(site.calls().slice(before), ['Alice 127.0.0.1']);
    // Under the name that the row has, whatever was typed.
    assert.match(
      await run('svn', ['log', '-l', '1', `${davgate.url}/svn/sample/many`, ...login]),
      /\| alice \|/,
    );
  });

  it('revokes within a second what the row revokes, though the site is asked once an hour', async () => {
    assert.equal(await status('ALICE', 'alice-demo'), 207);
    const calls = site.calls().length;
    const database = new Database(join(site.project, 'db.sqlite3'));
    const change = (active: number) => {
      database.prepare("update auth_user set is_active = ? where username = 'alice'").run(active);
    };
    change(0);
    await until(async () => (await status('ALICE', 'alice-demo')) === 401, 'alice is out');
    change(1);
    await until(async () => (await status('ALICE', 'alice-demo')) === 207, 'alice is in again');
    database.close();
    assert.ok(site.calls().length > calls, 'she had to sign in anew');
  });

  it('answers 503 for whom it hangs or raises, and goes on for all others', async () => {
    const hanging = status('hangs', 'a very secret word');
    await until(() => site.hanging().length === 1, 'it hangs');
    assert.equal(await status('bob', 'bob-demo', '/media/'), 207);
    assert.equal(await status('raises', 'a very secret word'), 503);
    assert.equal(await hanging, 503);
    const [pid] = site.hanging();
    await until(() => !processesOf(site.project).has(Number(pid)), 'it has ended');
    assert.equal(await status('dave', 'no'), 401);
  });

  it('asks no more for a user on whom it has raised too often', async () => {
    await until(async () => (await status('raises', 'a very secret word')) === 429, 'the user is refused');
    const calls = site.calls().length;
    assert.equal(await status('raises', 'a very secret word'), 429);
    assert.equal(site.calls().length, calls);
    assert.equal(await status('dave', 'no'), 401);
  });

  it('comes again when its processes are killed, and leaves nothing of them', async () => {
    const before = [...processesOf(site.project).keys()];
    assert.ok(before.length >= 2);
    for (const pid of before) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went with another.
      }
    }
    await until(async () => [401, 503].includes(await status('alice', 'not this')), 'nobody gets in by it');
    await until(async () => (await status('carol', 'carol-demo', '/media/')) === 207, 'it answers again');
    const now = processesOf(site.project);
    assert.deepEqual(
      before.filter((pid) => now.has(pid)),
      [],
    );
  });

  it('has no password in any log, argument or environment', async () => {
    await davgate.logged(({ trouble }) => String(trouble).includes('ValueError at '));
    for (const [pid, line] of processesOf(site.project)) {
      assert.doesNotMatch(line + environmentOf(pid), /-demo|secret word/);
    }
    assert.doesNotMatch(JSON.stringify(davgate.log) + davgate.complaints(), /-demo|secret word|not this/);
  });

  it('ends with a davgate that is killed, what hangs included', async () => {
    const known = site.hanging().length;
    const hanging = status('hangs', 'x').catch(() => 0);
    await until(() => site.hanging().length > known, 'it hangs');
    assert.ok(processesOf(site.project).size >= 3, 'what watches, what hangs, and what that has forked');
    await davgate.end('SIGKILL');
    await hanging;
    await until(() => processesOf(site.project).size === 0, 'all of them have ended');
  });

  it('ends with a davgate that is asked to, and is not asked by one whose site does not load', async () => {
    davgate = await startDavgate(site.folder);
    assert.equal(await status('alice', 'alice-demo'), 207);
    await davgate.end();
    assert.equal(processesOf(site.project).size, 0);
    davgate = await startDavgate(site.folder);
    writeFileSync(join(site.project, 'signing_backend.py'), 'raise RuntimeError("no licence")\n');
    for (const pid of processesOf(site.project).keys()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went with another.
      }
    }
    await davgate.logged(({ trouble }) => String(trouble).includes('no licence'));
    assert.equal(await status('alice', 'alice-demo'), 503);
    assert.equal(await status('nobody', 'no'), 503);
  });
});

describe('a site that says itself what people may', () => {
  let site: Awaited<ReturnType<typeof signingSample>>;
  let davgate: TestDavgate;
  const status = async (user: string): Promise<number> =>
    (
      await curl(`${davgate.url}/docs/`, [
        '--user',
        `${user}:${user}-demo`,
        '--request',
        'PROPFIND',
        '--header',
        'Depth: 0',
      ])
    ).status;
  before(async () => {
    site = await signingSample();
    await declare(site.folder, (declaration) => {
      declaration.django = { ...site.django, permissions: 'site', permissionsSeconds: 1 };
    });
    davgate = await startDavgate(site.folder);
  });
  after(async () => {
    await davgate.end();
    await rm(site.folder, { recursive: true, force: true });
  });

  it('grants and takes back what no table shows, by passwords that davgate checks', async () => {
    assert.equal(await status('alice'), 207, 'by the tables, which ModelBackend reads');
    assert.equal(await status('carol'), 403);
    writeFileSync(join(site.project, 'open-to-carol'), '');
    await until(async () => (await status('carol')) === 207, 'carol may');
    rmSync(join(site.project, 'open-to-carol'));
    await until(async () => (await status('carol')) === 403, 'carol may no more');
    assert.deepEqual(site.calls(), []);
  });

  it('is asked by explain and who, too', async () => {
    const davgateCommand = async (...words: string[]) => {
      const command = new URL('../../server/cli/davgate.js', import.meta.url).pathname;
      return run(process.execPath, [command, ...words, join(site.folder, 'shares.json')]);
    };
    writeFileSync(join(site.project, 'open-to-carol'), '');
    assert.match(
      await davgateCommand('explain', 'carol', 'GET', '/docs/'),
      /as the site\u2019s own code says/,
    );
    assert.match(await davgateCommand('who', '/docs/'), /^carol +yes +no/m);
    assert.equal(processesOf(site.project).size > 0, true, 'davgate\u2019s own go on');
  });
});
