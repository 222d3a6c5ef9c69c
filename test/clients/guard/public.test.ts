import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { projectFolder } from '../helpers/davgate.js';
import { curl, outcomeOf } from '../helpers/programs.js';
import { askGuard, basicField, type Told } from './asking.js';
import { guardedSite, type GuardedSite } from './guarded-site.js';

describe('a guard that everybody may read', () => {
  let site: GuardedSite;
  before(async () => {
    site = await guardedSite((declaration) => {
      const { shares } = declaration;
      if (!Array.isArray(shares)) throw new TypeError('The sample has no shares.');
      declaration.shares = shares.map((share: { path: string }) =>
        share.path === '/media' ? { ...share, public: true } : share,
      );
    });
  });
  after(() => site.dispose());
  const asked = (path: string, method = 'GET', ...fields: (readonly [string, string])[]): Promise<Told> =>
    askGuard(site.http, `/envoy${path}`, [['Host', 'x'], ...fields], method);

  it('is read by anybody, as nobody; for Caddy all fields are there, and empty', async () => {
    const browser = [
      ['Accept', 'text/html'],
      ['Sec-Fetch-Mode', 'navigate'],
    ] as const;
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']) {
      const told = await asked('/open/a.txt', method, ['Depth', '0'], ...browser);
      assert.equal(told.status, 200, method);
      assert.deepEqual(
        Object.keys(told.headers).filter((name) => name.startsWith('remote-')),
        [],
      );
    }
    const forwarded = [
      ['X-Forwarded-Method', 'GET'],
      ['X-Forwarded-Uri', '/open/a.txt'],
    ] as const;
    const { headers } = await askGuard(site.http, '/caddy', forwarded);
    assert.deepEqual(
      ['remote-user', 'remote-groups', 'remote-name', 'remote-email'].map((name) => headers[name]),
      ['', '', '', ''],
    );
  });

  it('knows whoever signs in, refuses wrong passwords, and is written by permission', async () => {
    assert.equal((await asked('/open/a.txt', 'GET', basicField('eve'))).headers['remote-user'], 'eve');
    for (const field of [
      basicField('eve', 'wrong'),
      basicField('dave'),
      ['Authorization', 'Bearer x'],
    ] as const) {
      const { status, headers } = await asked('/open/a.txt', 'GET', field);
      assert.deepEqual([status, headers['www-authenticate']], [401, 'Basic realm="davgate"']);
    }
    for (const method of ['PUT', 'DELETE', 'MKCOL', 'PROPPATCH', 'LOCK', 'COPY', 'POST']) {
      const fields = [['Destination', '/open/b.txt']] as const;
      assert.equal((await asked('/open/a.txt', method, ...fields)).status, 401, method);
      assert.equal((await asked('/open/a.txt', method, ...fields, basicField('eve'))).status, 403, method);
      assert.equal((await asked('/open/a.txt', method, ...fields, basicField('alice'))).status, 200, method);
    }
    assert.equal((await asked('/open/closed/a.txt')).status, 401);
    assert.equal((await asked('/open/', 'PROPFIND', ['Depth', 'infinity'])).status, 401);
    assert.equal((await asked('/open/', 'PROPFIND')).status, 401, 'which is Depth: infinity');
  });

  it('opens nothing else: what else there is, strangers cannot tell', async () => {
    // Were strangers let in to be judged, they would get 403 here and 401 there, and no challenge.
    for (const path of [
      '/files/a.txt',
      '/media/',
      '/media/a',
      '/docs',
      '/',
      '/nowhere',
      '/open/closed',
      '/opener',
    ]) {
      for (const method of ['GET', 'PROPFIND', 'OPTIONS']) {
        const { status, headers } = await asked(path, method);
        const expected = path === '/' && method === 'OPTIONS' ? 403 : 401;
        assert.equal(status, expected, `${method} ${path}`);
        if (expected === 401) assert.equal(headers['www-authenticate'], 'Basic realm="davgate"');
      }
    }
    assert.equal(
      (await asked('/media/', 'GET', basicField('admin'))).status,
      403,
      'davgate serves that itself',
    );
  });

  it('opens nothing that davgate serves itself, and is not listed there', async () => {
    assert.equal((await curl(`${site.davgate.url}/open/a.txt`)).status, 401);
    const list = await curl(`${site.davgate.url}/`);
    assert.equal(list.status, 200, 'since /media is public');
    assert.ok(list.body.includes('/media') && !list.body.includes('/open'));
  });

  it('is named by check, who and explain', async () => {
    const cli = (...words: string[]) =>
      outcomeOf(process.execPath, [
        join(projectFolder, 'dist/server/cli/davgate.js'),
        ...words,
        join(site.folder, 'shares.json'),
      ]);
    assert.match((await cli('check')).out, /everybody, without signing in/);
    assert.match((await cli('who', '/open/a.txt')).out, /everybody, without signing in +yes +no/);
    const explained = await cli('explain', ':anonymous', 'GET', '/open/a.txt');
    assert.equal(explained.code, 0, explained.out);
    assert.match(explained.out, /everybody, without signing in/);
    assert.equal((await cli('explain', ':anonymous', 'PUT', '/open/a.txt')).code, 1);
    assert.equal((await cli('explain', ':anonymous', 'GET', '/open/closed/a.txt')).code, 1);
  });
});
