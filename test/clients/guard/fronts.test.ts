import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { untilPasses } from '../../helpers/until.js';
import { login } from '../helpers/davgate.js';
import { curl } from '../helpers/programs.js';
import type { Front } from './front.js';
import { echo, fieldsGot, spoofed } from './echo.js';
import { guardedSite, type GuardedSite } from './guarded-site.js';
import { startCaddy, startHaproxy, startNginx, type Behind } from './other-fronts.js';

const fronts: readonly {
  readonly name: string;
  readonly start: (behind: Behind) => Promise<Front>;
  /** What a client gets while davgate is down. */
  readonly down: number;
}[] = [
  { name: 'nginx', start: startNginx, down: 500 },
  { name: 'Caddy', start: startCaddy, down: 502 },
  { name: 'HAProxy', start: startHaproxy, down: 503 },
];

for (const { name, start, down } of fronts) {
  describe(`${name} that asks davgate`, () => {
    let site: GuardedSite;
    let front: Front;
    let backend: Awaited<ReturnType<typeof echo>>;
    before(async () => {
      site = await guardedSite((declaration) => {
        declaration.throttle = { user: { failures: 3, seconds: 60 } };
      });
      backend = await echo();
      front = await start({ ...site, backend: backend.port });
    });
    after(async () => {
      await front.end();
      backend.close();
      await site.dispose();
    });
    const ask = (path: string, ...args: string[]) => curl(front.url + path, args);
    const status = async (path: string, ...args: string[]): Promise<number> =>
      (await ask(path, ...args)).status;
    const as = (user: string): string[] => ['--user', login(user)];
    const fieldsAtBackend = (path: string, ...args: string[]) => fieldsGot(front.url + path, args);

    it('lets in who may, and nobody else', async () => {
      const expected = { alice: 200, bob: 200, carol: 403, dave: 401, eve: 403, admin: 200 };
      for (const [user, code] of Object.entries(expected)) {
        assert.equal(await status('/files/a.txt', ...as(user)), code, user);
      }
      assert.equal(await status('/files/private/a.txt', ...as('alice')), 403);
      assert.equal(await status('/files/private/a.txt', ...as('carol')), 200);
    });

    it('challenges strangers once, and whoever is wrong', async () => {
      for (const args of [[], ['--user', 'bob:wrong']]) {
        const { status: got, headers } = await ask('/files/a.txt', ...args);
        assert.equal(got, 401);
        assert.equal(headers.get('www-authenticate'), 'Basic realm="davgate"');
      }
    });

    it('tells a backend who it is, whatever the client says', async () => {
      const fields = await fieldsAtBackend('/app/x?y=1', ...as('alice'), ...spoofed);
      assert.deepEqual(fields.get('remote-user'), ['alice']);
      assert.deepEqual(fields.get('remote-groups'), ['editors']);
      assert.deepEqual(fields.get('remote-name'), ['Alice \u00c6r\u00f8']);
      assert.deepEqual(fields.get('remote-email'), ['alice@example.org']);
      const ungrouped = await fieldsAtBackend('/app/x', ...as('eve'), ...spoofed);
      assert.deepEqual(ungrouped.get('remote-user'), ['eve']);
      for (const field of ['remote-groups', 'remote-name', 'remote-email']) {
        assert.equal(ungrouped.get(field)?.join('') ?? '', '', field);
      }
    });

    it('lets everybody read what is public, as nobody, and knows whoever signs in', async () => {
      const stranger = await fieldsAtBackend('/open/a.txt', ...spoofed);
      for (const field of ['remote-user', 'remote-groups', 'remote-name', 'remote-email']) {
        assert.equal(stranger.get(field)?.join('') ?? '', '', field);
      }
      const known = await fieldsAtBackend('/open/a.txt', ...as('eve'), ...spoofed);
      assert.deepEqual(known.get('remote-user'), ['eve']);
      const put = ['--request', 'PUT', '--data', 'x'];
      for (const [expected, ...args] of [
        [401, '/open/a.txt', '--user', 'eve:wrong'],
        [401, '/open/closed/a.txt'],
        [403, '/open/closed/a.txt', ...as('eve')],
        [200, '/open/closed/a.txt', ...as('carol')],
        [401, '/open/a.txt', ...put],
        [403, '/open/a.txt', ...put, ...as('eve')],
        [200, '/open/a.txt', ...put, ...as('alice')],
        [401, '/app/x'],
      ] as const) {
        const [path, ...rest] = args;
        assert.equal(await status(path, ...rest), expected, args.join(' '));
      }
    });

    it('is not led to judge another path than it serves', async () => {
      const tricks = [
        'X-Original-URI',
        'X-Original-URL',
        'X-Forwarded-Uri',
        'X_Original_URI',
        'X-Rewrite-URL',
      ];
      for (const field of tricks) {
        for (const path of ['/files/private/a.txt', '/files/private/a.txt?/files/a.txt']) {
          const got = await status(path, ...as('alice'), '--header', `${field}: /files/a.txt`);
          assert.ok(got === 403 || got === 400, `${field}: ${got}`);
        }
      }
      for (const field of ['X-Original-Method', 'X-Forwarded-Method', 'X-HTTP-Method-Override']) {
        const put = ['--request', 'PUT', '--data', 'x', '--header', `${field}: GET`];
        const got = await status('/files/b.txt', ...as('bob'), ...put);
        assert.ok(got === 403 || got === 400, `${field}: ${got}`);
      }
      for (const path of [
        '/files/x/../private/a.txt',
        '/files/%2e%2e/files/private/a.txt',
        '/files/x/..%2fprivate/a.txt',
        '/files/%2fprivate/a.txt',
        '/files//private/a.txt',
        '/files/%70rivate/a.txt',
        '/files/x%5c..%5cprivate/a.txt',
        '//files/private/a.txt',
      ]) {
        const got = await status(path, ...as('alice'));
        assert.ok(got >= 400, `${path}: ${got}`);
      }
    });

    it('passes on that too many logins have failed', async () => {
      const statuses: number[] = [];
      for (let guess = 0; guess < 5; guess += 1) {
        const { status: got, headers } = await ask('/files/a.txt', '--user', `mallory:guess${guess}`);
        statuses.push(got);
        assert.equal(headers.has('retry-after'), got === 429);
      }
      assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
      assert.equal(await status('/files/a.txt', ...as('alice')), 200);
    });

    it('shuts a user out within two seconds', async () => {
      assert.equal(await status('/files/a.txt', ...as('bob')), 200);
      const database = new Database(join(site.folder, 'django-site', 'db.sqlite3'));
      database.prepare('UPDATE auth_user SET is_active = 0 WHERE username = ?').run('bob');
      database.close();
      const begun = performance.now();
      await untilPasses(async () => {
        assert.equal(await status('/files/a.txt', ...as('bob')), 401);
      });
      assert.ok(performance.now() - begun < 5000, 'within two seconds and what a busy machine adds');
    });

    it('never lets anybody in without Django\u2019s database, nor without davgate', async () => {
      const database = new Database(join(site.folder, 'django-site', 'db.sqlite3'));
      database.exec('ALTER TABLE auth_user RENAME TO away');
      await untilPasses(async () => {
        assert.equal(await status('/files/a.txt', ...as('alice')), 503);
      });
      database.exec('ALTER TABLE away RENAME TO auth_user');
      database.close();
      await untilPasses(async () => {
        assert.equal(await status('/files/a.txt', ...as('alice')), 200);
      });
      await site.davgate.end('SIGKILL');
      await untilPasses(async () => {
        assert.equal(await status('/files/a.txt', ...as('alice')), down);
      });
      assert.equal(await status('/files/a.txt'), down);
    });
  });
}
