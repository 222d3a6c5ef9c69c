import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { apacheGuardConfig } from '../../../src/http/guard/apache-config.js';
import { declare, login, projectFolder } from '../helpers/davgate.js';
import { curl, outcomeOf } from '../helpers/programs.js';
import { reload } from '../helpers/reloading.js';
import { askGuard, basicField } from './asking.js';
import { documented } from './documented.js';
import { guardedSite, secret, type GuardedSite } from './guarded-site.js';

describe('davgate with guards', () => {
  let site: GuardedSite;
  before(async () => {
    site = await guardedSite((declaration, folder) => {
      const { shares } = declaration;
      if (!Array.isArray(shares)) throw new TypeError('The sample has no shares.');
      declaration.metrics = { port: 0 };
      declaration.shares = [
        ...shares.map((share: unknown) => share),
        { path: '/files/held', kind: 'static', root: join(folder, 'media'), require: { staff: false } },
        { path: '/docs/kept', kind: 'guard', require: { superuser: true } },
      ];
    });
    await mkdir(join(site.folder, 'docs', 'kept'));
    await writeFile(join(site.folder, 'docs', 'kept', 'secret.txt'), 'x');
  });
  after(() => site.dispose());
  const own = async (path: string, ...args: string[]): Promise<number> =>
    (await curl(site.davgate.url + path, ['--user', login('alice'), ...args])).status;
  const cli = (...words: string[]) =>
    outcomeOf(process.execPath, [
      join(projectFolder, 'dist/server/cli/davgate.js'),
      ...words,
      join(site.folder, 'shares.json'),
    ]);
  const guarded = async (path: string, user = 'alice'): Promise<number> =>
    (await askGuard(site.http, `/envoy${path}`, [['Host', 'x'], basicField(user)])).status;

  it('serves nothing there itself, and shows nobody that they are', async () => {
    for (const path of ['/app/', '/app/x', '/docs/kept', '/docs/kept/secret.txt']) {
      assert.equal(await own(path, '--user', login('admin')), 404, path);
    }
    assert.equal(await own('/app/x', '--request', 'PUT', '--data', 'x'), 403);
    const { body } = await curl(`${site.davgate.url}/`, [
      ...['--user', login('alice'), '--request', 'PROPFIND', '--header', 'Depth: 1'],
    ]);
    assert.match(body.toString(), /\/docs\//);
    assert.doesNotMatch(body.toString(), /\/app|\/repos|\/staffed/);
    assert.equal(await own('/files/a.txt'), 404);
    assert.equal(await own('/files/'), 200, 'a share lies below');
  });

  it('keeps what a guard holds out of the share around it', async () => {
    const { body } = await curl(`${site.davgate.url}/docs/`, [
      ...['--user', login('alice'), '--request', 'PROPFIND', '--header', 'Depth: 1'],
    ]);
    assert.doesNotMatch(body.toString(), /kept/);
    assert.equal(await own('/docs/', '--request', 'DELETE'), 403);
    for (const method of ['COPY', 'MOVE']) {
      assert.equal(await own('/docs/', '--request', method, '--header', 'Destination: /scratch/all'), 403);
      const into = ['--request', method, '--header', `Destination: ${site.davgate.url}/docs/kept/x.txt`];
      assert.equal(await own('/docs/Handbook.md', ...into), 403);
    }
    assert.equal(await readFile(join(site.folder, 'docs', 'kept', 'secret.txt'), 'utf8'), 'x');
  });

  it('lets the longest path win', async () => {
    assert.equal(await guarded('/files/a.txt'), 200);
    assert.equal(await guarded('/files/held/visitor-guide.pdf'), 403, 'davgate serves that itself');
    assert.equal(await own('/files/held/visitor-guide.pdf'), 200);
    assert.equal(await guarded('/files/HELD/visitor-guide.pdf'), 403, 'and any spelling of it');
    for (const name of ['PRIVATE', 'private.', 'priv%C2%ADate', 'private::$INDEX_ALLOCATION']) {
      assert.equal(await guarded(`/files/${name}/a.txt`), 403, name);
    }
    assert.equal(await guarded('/docs/kept/secret.txt'), 403);
    assert.equal(await guarded('/docs/kept/secret.txt', 'admin'), 200);
    assert.equal(await guarded('/docs/Handbook.md', 'admin'), 403, 'and that');
  });

  it('explains a guard as it judges', async () => {
    for (const [user, method, path, more] of [
      ['alice', 'GET', '/files/a.txt', []],
      ['alice', 'GET', '/files', []],
      ['eve', 'GET', '/files', []],
      ['alice', 'PUT', '/files/private/a.txt', []],
      ['bob', 'REPORT', '/repos/sample', []],
      ['alice', 'COPY', '/files/a.txt', ['--destination', '/files/private/b.txt']],
      ['alice', 'COPY', '/files/a.txt', ['--destination', '/files/b.txt']],
      ['alice', 'COPY', '/files/a.txt', ['--destination', '/docs/b.txt']],
      ['alice', 'COPY', '/files/a.txt', ['--destination', '/files/held/b.txt']],
    ] as const) {
      const destination = more.length === 0 ? [] : [['Destination', more[1]] as const];
      const answer = await askGuard(
        site.http,
        `/envoy${path}`,
        [['Host', 'x'], basicField(user), ...destination],
        method,
      );
      const { code, out } = await cli('explain', ...more, user, method, path);
      assert.equal(code, answer.status === 200 ? 0 : 1, `${user} ${method} ${path}\n${out}`);
      if (answer.status !== 200) assert.match(out, new RegExp(`would be refused: ${answer.status} `));
    }
    const listed = await cli('who', '/files/private/x');
    assert.match(listed.out, /^carol +yes +no$/m);
    assert.doesNotMatch(listed.out, /^bob/m);
  });

  it('prints the documented configuration for Apache, and the secret only when asked', async () => {
    const printed = await cli('apache-conf', '--guard');
    assert.equal(printed.code, 0, printed.error);
    assert.ok(!printed.out.includes(secret));
    for (const path of ['/files', '/app', '/docs/kept'])
      assert.ok(printed.out.includes(`<Location "${path}">`));
    assert.ok(
      (await cli('apache-conf', '--guard', '--secrets')).out.includes(`DAVGATE_GUARD_SECRET=${secret}"`),
    );
    const text = apacheGuardConfig({
      ...{ host: '127.0.0.1', port: 9911, realm: 'davgate', secret: undefined, paths: ['/files'] },
      publicPaths: new Set(),
    });
    assert.equal(text.replace(/^#.*\n/gm, ''), await documented('apache'));
    const open = apacheGuardConfig({
      ...{ host: '127.0.0.1', port: 9911, realm: 'davgate', secret: undefined, paths: ['/files'] },
      publicPaths: new Set(['/files']),
    });
    assert.ok(open.includes(`"%{reqenv:DAVGATE_USER}" ${await documented('text')}`));
    assert.match(printed.out, /<Location "\/open">(?:\n {2}.*)+DefaultUser ":anonymous"\n/);
    assert.equal(printed.out.match(/DefaultUser/g)?.length, 1, 'nowhere else');
    for (const path of ['/a*', '/a[b]', '/${x}', '/a\nb']) {
      const bad = {
        host: '::1',
        port: 1,
        realm: 'x',
        secret: undefined,
        paths: [path],
        publicPaths: new Set<string>(),
      };
      assert.throws(() => apacheGuardConfig(bad), { kind: 'unprocessable' });
    }
  });

  it('derives one password for an unknown, an inactive and a wrong user alike, and none again', async () => {
    const { port } = await site.davgate.logged(({ msg }) => msg === 'metrics listening');
    const derivations = async (): Promise<number> => {
      const { body } = await curl(`http://127.0.0.1:${String(port)}/metrics`);
      return Number(/^davgate_password_derivations_total (\d+)$/m.exec(body.toString())?.[1]);
    };
    const asked = async (user: string, password: string) =>
      (await askGuard(site.http, '/envoy/files/a.txt', [['Host', 'x'], basicField(user, password)])).status;
    for (const user of ['nobody-has-this-name', 'dave', 'bob']) {
      const before = await derivations();
      assert.equal(await asked(user, 'wrong'), 401);
      assert.equal((await derivations()) - before, 1, user);
    }
    assert.equal(await asked('alice', 'alice-demo'), 200);
    const before = await derivations();
    for (let again = 0; again < 50; again += 1) assert.equal(await asked('alice', 'alice-demo'), 200);
    assert.equal(await derivations(), before);
  });

  it('counts verdicts by who asked, and writes a line for each without a password', async () => {
    const { port } = await site.davgate.logged(({ msg }) => msg === 'metrics listening');
    await guarded('/files/a.txt');
    await guarded('/files/private/counted.txt');
    const { body } = await curl(`http://127.0.0.1:${String(port)}/metrics`);
    assert.match(body.toString(), /^davgate_guard_verdicts_total\{by="envoy",status="200"\} [1-9]/m);
    assert.match(body.toString(), /^davgate_guard_verdicts_total\{by="envoy",status="403"\} [1-9]/m);
    const line = await site.davgate.logged(
      ({ msg, path }) => msg === 'verdict' && path === '/files/private/counted.txt',
    );
    assert.deepEqual(
      [line.by, line.method, line.status, line.user, line.share],
      ['envoy', 'GET', 403, 'alice', '/files'],
    );
    assert.ok(!JSON.stringify(site.davgate.log).includes('alice-demo'));
  });

  it('goes by a new declaration after a reload, on the same ports', async () => {
    await declare(site.folder, (declaration) => {
      const { shares } = declaration;
      if (!Array.isArray(shares)) throw new TypeError('The sample has no shares.');
      declaration.shares = shares.filter(({ path }: { path: string }) => path !== '/files');
    });
    assert.equal(await guarded('/files/a.txt'), 200);
    assert.equal((await reload(site.davgate)).msg, 'reloaded');
    assert.equal(await guarded('/files/a.txt'), 403);
    assert.equal(await guarded('/app/x'), 200);
    await declare(site.folder, (declaration) => {
      declaration.guard = { http: { port: 1 }, proxies: ['192.0.2.1'] };
    });
    assert.equal((await reload(site.davgate)).msg, 'reloaded');
    assert.equal(await guarded('/app/x'), 403, 'this address may no longer ask');
    assert.ok(site.davgate.log.some(({ msg }) => String(msg).startsWith('"guard.http" has changed')));
  });
});
