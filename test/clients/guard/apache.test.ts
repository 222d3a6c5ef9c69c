import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { untilPasses } from '../../helpers/until.js';
import { login } from '../helpers/davgate.js';
import { curl, outcomeOf, run } from '../helpers/programs.js';
import { startApacheFront } from './apache-front.js';
import { echo, fieldsGot, spoofed } from './echo.js';
import type { Front } from './front.js';
import { guardedSite, type GuardedSite } from './guarded-site.js';

const users = ['alice', 'bob', 'carol', 'dave', 'eve', 'admin'] as const;

/** What each of the users gets, in their order. */
const readers: Readonly<Record<string, readonly number[]>> = {
  '/files/a.txt': [200, 200, 403, 401, 403, 200],
  '/files/private/a.txt': [403, 403, 200, 401, 403, 200],
  '/staffed/a.txt': [403, 403, 200, 401, 403, 200],
  '/editors/a.txt': [200, 403, 403, 401, 403, 403],
  '/super/a.txt': [403, 403, 403, 401, 403, 200],
  '/repos/sample/': [200, 200, 403, 401, 403, 200],
};

describe('Apache that asks davgate', () => {
  let site: GuardedSite;
  let apache: Front;
  let backend: Awaited<ReturnType<typeof echo>>;
  before(async () => {
    backend = await echo();
    site = await guardedSite((declaration) => {
      declaration.throttle = { user: { failures: 8, seconds: 60 } };
    });
    apache = await startApacheFront({ ...site, backend: backend.port });
  });
  after(async () => {
    await apache.end();
    backend.close();
    await site.dispose();
  });
  const ask = (path: string, ...args: string[]) => curl(apache.url + path, args);
  const status = async (path: string, ...args: string[]): Promise<number> =>
    (await ask(path, ...args)).status;
  const as = (user: string): string[] => ['--user', login(user)];
  const svn = (...args: string[]) =>
    outcomeOf('svn', [
      ...args,
      '--non-interactive',
      '--no-auth-cache',
      '--config-dir',
      join(site.folder, 'svn-config'),
    ]);

  for (const [path, expected] of Object.entries(readers)) {
    it(`lets in who may read ${path}`, async () => {
      const got: number[] = [];
      for (const user of users) got.push(await status(path, ...as(user)));
      assert.deepEqual(got, expected);
    });
  }

  it('tells a backend who it is, whatever the client says', async () => {
    const fields = await fieldsGot(`${apache.url}/app/x`, [...as('alice'), ...spoofed]);
    assert.deepEqual(fields.get('remote-user'), ['alice']);
    assert.deepEqual(fields.get('remote-groups'), ['editors']);
    assert.deepEqual(fields.get('remote-name'), ['Alice \u00c6r\u00f8']);
    assert.deepEqual(fields.get('remote-email'), ['alice@example.org']);
    const ungrouped = await fieldsGot(`${apache.url}/app/x`, [...as('eve'), ...spoofed]);
    assert.deepEqual(ungrouped.get('remote-user'), ['eve']);
    for (const field of ['remote-groups', 'remote-name', 'remote-email']) {
      assert.equal(ungrouped.get(field), undefined, field);
    }
  });

  it('lets everybody read what is public, and knows whoever signs in', async () => {
    const put = ['--request', 'PUT', '--data', 'new'];
    const list = ['--request', 'PROPFIND', '--header'];
    for (const [expected, path, ...args] of [
      [200, '/open/a.txt'],
      [200, '/open/a.txt', ...as('eve')],
      [401, '/open/a.txt', '--user', 'eve:wrong'],
      [401, '/open/a.txt', ...as('dave')],
      [401, '/open/closed/a.txt'],
      [403, '/open/closed/a.txt', ...as('eve')],
      [200, '/open/closed/a.txt', ...as('carol')],
      [401, '/open/new.txt', ...put],
      [403, '/open/new.txt', ...put, ...as('eve')],
      [201, '/open/new.txt', ...put, ...as('alice')],
      [207, '/open/', ...list, 'Depth: 1'],
      [401, '/open/', ...list, 'Depth: infinity'],
      [401, '/files/a.txt'],
    ] as const) {
      assert.equal(await status(path, ...args), expected, [path, ...args].join(' '));
    }
    const challenge = await ask('/open/new.txt', ...put);
    assert.equal(challenge.headers.get('www-authenticate'), 'Basic realm="davgate"');
  });

  it('tells reading from writing', async () => {
    const put = ['--request', 'PUT', '--data', 'new'];
    assert.equal(await status('/files/new.txt', ...put, ...as('bob')), 403);
    assert.equal(await status('/files/new.txt', ...put, ...as('alice')), 201);
    assert.equal(await status('/files/private/new.txt', ...put, ...as('alice')), 403);
    assert.equal(await status('/files/new.txt', '--request', 'DELETE', ...as('bob')), 403);
    // Below /files lies what alice may not write: nor may she remove it together with the rest.
    assert.equal(await status('/files/', '--request', 'DELETE', ...as('alice')), 403);
    assert.equal(await status('/files/', '--request', 'PROPFIND', '--header', 'Depth: 1', ...as('bob')), 207);
    assert.equal(await status('/files/new.txt', '--request', 'DELETE', ...as('alice')), 204);
  });

  it('checks where COPY and MOVE lead, by the rule of that place', async () => {
    for (const method of ['COPY', 'MOVE']) {
      const to = (destination: string): string[] => [
        ...['--request', method, '--header', `Destination: ${destination}`],
        ...as('alice'),
      ];
      for (const destination of [
        `${apache.url}/files/private/copy.txt`,
        `${apache.url}/files/%70rivate/copy.txt`,
        `${apache.url}/elsewhere/copy.txt`,
        `${apache.url}/docs/copy.txt`,
        '/files/private/copy.txt',
      ]) {
        assert.equal(await status('/files/a.txt', ...to(destination)), 403, destination);
      }
      assert.equal(await status('/files/a.txt', ...to(`${apache.url}/files/x/../private/c.txt`)), 400);
      assert.equal(await status('/files/a.txt', ...to('http://elsewhere.example/files/c.txt')), 502);
      assert.equal(await status('/files/a.txt', '--request', method, ...as('alice')), 400);
    }
    const copied = ['--request', 'COPY', '--header', `Destination: ${apache.url}/files/copy.txt`];
    assert.equal(await status('/files/a.txt', ...copied, ...as('alice')), 201);
    assert.equal(await status('/files/copy.txt', ...as('alice')), 200);
  });

  it('is challenged by Apache once, whether nothing or something wrong was sent', async () => {
    for (const args of [[], ['--user', 'bob:wrong'], ['--header', 'Authorization: Bearer x']]) {
      const raw = await run('curl', ['--silent', '--include', ...args, `${apache.url}/files/a.txt`]);
      assert.match(raw, /^HTTP\/1.1 401 /);
      assert.deepEqual(
        raw.match(/^www-authenticate: .*$/gim)?.map((line) => line.trim()),
        ['WWW-Authenticate: Basic realm="davgate"'],
      );
    }
  });

  it('shows our sentence, which is a page', async () => {
    const { headers, body } = await ask('/files/a.txt', ...as('eve'));
    assert.match(headers.get('content-type') ?? '', /^text\/html/);
    assert.match(body.toString(), /^<!DOCTYPE html>[^]*have the permission docs\.view_document/i);
  });

  it('checks out and commits by svn, as the user', async () => {
    const copy = join(site.folder, 'copy');
    const login = (user: string) => ['--username', user, '--password', `${user}-demo`];
    const out = await svn('checkout', '--quiet', `${apache.url}/repos/sample`, copy, ...login('alice'));
    assert.equal(out.code, 0, out.error);
    await writeFile(join(copy, 'guarded.txt'), 'by alice\n');
    await run('svn', ['add', '--quiet', join(copy, 'guarded.txt')]);
    const refused = await svn('commit', '--quiet', '--message', 'no', copy, ...login('bob'));
    assert.equal(refused.code, 1);
    assert.match(refused.error, /403|[Ff]orbidden/);
    const done = await svn('commit', '--quiet', '--message', 'yes', copy, ...login('alice'));
    assert.equal(done.code, 0, done.error);
    const info = await svn('log', '--limit', '1', '--quiet', `${apache.url}/repos/sample`, ...login('bob'));
    assert.match(info.out, /\| alice \|/);
  });

  it('asks once for a whole listing', async () => {
    const many = join(site.folder, 'files', 'many');
    await mkdir(many);
    for (let each = 0; each < 50; each += 1) await writeFile(join(many, `member-${each}`), 'x');
    const listing = ['--request', 'PROPFIND', '--header', 'Depth: 1', ...as('alice')];
    const { status: got, body } = await ask('/files/many/', ...listing);
    assert.equal(got, 207);
    assert.equal(body.toString().match(/member-/g)?.length, 50);
    await ask('/files/after.txt', ...as('alice'));
    await site.davgate.logged(({ path, msg }) => msg === 'verdict' && path === '/files/after.txt');
    assert.equal(site.davgate.log.filter(({ path }) => path === '/files/many').length, 1);
  });

  it('refuses what could be read in two ways, and who says who they are', async () => {
    for (const path of ['/files/%2e%2e/files/a.txt', '/files/x%2f..%2fa.txt', '/files/%5ca.txt']) {
      assert.ok((await status(path, ...as('alice'))) >= 400, path);
    }
    assert.equal(await status('/files/%70rivate/a.txt', ...as('alice')), 403);
    assert.equal(await status('/files//private/a.txt', ...as('alice')), 403);
    // Apache's configuration deletes these, and drops names with underscores.
    for (const name of ['Remote-User', 'Remote_User', 'REMOTE-GROUPS', 'DAVGATE_USER', 'Davgate-User']) {
      assert.equal(await status('/files/a.txt', ...as('eve'), '--header', `${name}: alice`), 403, name);
    }
  });

  it('passes on that too many logins have failed', async () => {
    const statuses: number[] = [];
    for (let guess = 0; guess < 10; guess += 1) {
      const { status: got, headers } = await ask('/files/a.txt', '--user', `mallory:guess${guess}`);
      statuses.push(got);
      assert.equal(headers.has('retry-after'), got === 429);
    }
    assert.deepEqual(statuses, [...Array<number>(8).fill(401), 429, 429]);
  });

  it('shuts a user out within a second', async () => {
    assert.equal(await status('/files/a.txt', ...as('bob')), 200);
    change(site, `UPDATE auth_user SET is_active = 0 WHERE username = 'bob'`);
    const begun = performance.now();
    await untilPasses(async () => {
      assert.equal(await status('/files/a.txt', ...as('bob')), 401);
    });
    assert.ok(performance.now() - begun < 4000, 'within a second and what a busy machine adds');
  });

  it('never lets anybody in without the secret, Django\u2019s database, or davgate', async () => {
    change(site, 'ALTER TABLE auth_user RENAME TO away');
    await untilPasses(async () => {
      assert.equal(await status('/files/a.txt', ...as('alice')), 503);
    });
    change(site, 'ALTER TABLE away RENAME TO auth_user');
    await untilPasses(async () => {
      assert.equal(await status('/files/a.txt', ...as('alice')), 200);
    });
    await site.davgate.end('SIGKILL');
    for (const args of [as('alice'), []]) assert.equal(await status('/files/a.txt', ...args), 500);
  });
});

function change({ folder }: GuardedSite, statement: string): void {
  const database = new Database(join(folder, 'django-site', 'db.sqlite3'));
  database.exec(statement);
  database.close();
}
