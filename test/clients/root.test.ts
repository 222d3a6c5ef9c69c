import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readMultistatus } from '../dav/xml-tree.js';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl, outcomeOf, run } from './helpers/programs.js';

describe('the root of the server', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let folder: string;
  before(async () => {
    davgate = await sampleDavgate((declaration, sample) => {
      assert.ok(Array.isArray(declaration.shares));
      mkdirSync(join(sample, 'plans'));
      declaration.shares = [
        ...declaration.shares.map((share: unknown) => share),
        { path: '/town/plans', kind: 'webdav', root: './plans', require: { staff: false } },
        { path: '/town/vault', kind: 'webdav', root: './plans', require: { superuser: true } },
        { path: '/secret/vault', kind: 'webdav', root: './plans', require: { superuser: true } },
      ];
    });
    folder = await mkdtemp(join(tmpdir(), 'davgate-root-'));
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (user: string, method: string, path: string, ...more: readonly string[]) =>
    curl(davgate.url + path, ['--user', login(user), '--request', method, ...more]);
  const hrefs = async (user: string, path: string): Promise<string[]> => {
    const { status, body } = await ask(user, 'PROPFIND', path, '--header', 'Depth: 1');
    assert.equal(status, 207);
    return readMultistatus(body.toString()).map(({ href }) => href);
  };
  const rclone = async (user: string, ...args: readonly string[]): Promise<string> =>
    run('rclone', args, {
      cwd: folder,
      env: {
        RCLONE_CONFIG: join(folder, 'rclone.conf'),
        RCLONE_CONFIG_SITE_TYPE: 'webdav',
        RCLONE_CONFIG_SITE_URL: davgate.url,
        RCLONE_CONFIG_SITE_VENDOR: 'other',
        RCLONE_CONFIG_SITE_USER: user,
        RCLONE_CONFIG_SITE_PASS: (await run('rclone', ['obscure', `${user}-demo`])).trim(),
      },
    });
  const cadaver = async (...commands: readonly string[]): Promise<string> => {
    await writeFile(join(folder, '.netrc'), 'machine 127.0.0.1\nlogin alice\npassword alice-demo\n', {
      mode: 0o600,
    });
    const { out, error } = await outcomeOf('cadaver', [`${davgate.url}/`], {
      cwd: folder,
      env: { HOME: folder },
      input: [...commands, 'quit', ''].join('\n'),
    });
    return out + error;
  };

  const open: Readonly<Record<string, readonly string[]>> = {
    alice: ['docs', 'media', 'scratch', 'svn', 'town'],
    eve: ['media', 'scratch', 'town'],
    admin: ['docs', 'media', 'scratch', 'secret', 'staff', 'svn', 'town'],
  };
  for (const [user, names] of Object.entries(open)) {
    it(`shows ${user} the shares that are open to that user, to rclone and to others`, async () => {
      assert.deepEqual((await hrefs(user, '/')).sort(), ['/', ...names.map((name) => `/${name}/`)]);
      const listed = (await rclone(user, 'lsf', '--dirs-only', 'site:')).trim().split('\n').sort();
      assert.deepEqual(
        listed,
        names.map((name) => `${name}/`),
      );
      const lsd = await rclone(user, 'lsd', 'site:');
      assert.equal(lsd.trim().split('\n').length, names.length);
    });
  }

  it('has the collections above shares with longer paths, as far as they hold what is open', async () => {
    assert.deepEqual(await hrefs('alice', '/town'), ['/town/', '/town/plans/']);
    assert.deepEqual(await hrefs('admin', '/town/'), ['/town/', '/town/plans/', '/town/vault/']);
    const page = await ask('alice', 'GET', '/town/');
    assert.equal(page.status, 200);
    assert.match(page.body.toString(), /href="\/town\/plans\/"/);
    assert.ok(!page.body.includes('href="/docs/"'));
    for (const [method, path] of [
      ['PROPFIND', '/secret/'],
      ['GET', '/secret/'],
      ['PROPFIND', '/nowhere/'],
    ] as const) {
      assert.equal((await ask('alice', method, path, '--header', 'Depth: 0')).status, 404, method + path);
    }
    for (const path of ['/secret', '/nowhere']) {
      const { status, headers } = await ask('alice', 'OPTIONS', path);
      assert.deepEqual([status, headers.get('dav'), headers.get('allow')], [200, undefined, 'OPTIONS']);
    }
    const listing = await ask('alice', 'GET', '/town/plans/');
    assert.match(listing.body.toString(), /href="\/town\/"/);
  });

  it('takes nothing, and says so', async () => {
    const expected: readonly [string, string, number][] = [
      ['PUT', '/', 405],
      ['DELETE', '/', 405],
      ['MKCOL', '/', 405],
      ['MKCOL', '/town', 405],
      ['LOCK', '/', 405],
      ['PROPPATCH', '/', 403],
      ['PROPPATCH', '/town/', 403],
      ['PUT', '/new.txt', 403],
      ['MKCOL', '/new', 403],
      ['DELETE', '/docs/', 403],
      ['MOVE', '/docs/', 403],
    ];
    for (const [method, path, status] of expected) {
      const destination = ['--header', `Destination: ${davgate.url}/elsewhere`];
      const answer = await ask('alice', method, path, ...(method === 'MOVE' ? destination : []));
      assert.equal(answer.status, status, `${method} ${path}`);
      assert.match(answer.body.toString(), /^\d{3} [^\n]+\n[A-Z][^\n]+\.\n/);
      assert.equal(answer.headers.has('allow'), status === 405);
    }
    const { status, body } = await ask('alice', 'PROPFIND', '/', '--header', 'Depth: infinity');
    assert.equal(status, 403);
    assert.match(body.toString(), /<D:propfind-finite-depth\/>/);
  });

  it('tells a stranger two things about itself, and nothing else anywhere', async () => {
    const probe = await curl(`${davgate.url}/`, ['--request', 'OPTIONS']);
    assert.equal(probe.status, 200);
    assert.equal(probe.headers.get('ms-author-via'), 'DAV');
    assert.match(probe.headers.get('dav') ?? '', /^1\b/);
    assert.equal(probe.headers.get('allow'), undefined);
    assert.equal(probe.body.length, 0);
    for (const [method, path] of [
      ['OPTIONS', '/docs/'],
      ['OPTIONS', '/town'],
      ['PROPFIND', '/'],
      ['HEAD', '/'],
      ['GET', '/'],
      ['PUT', '/new.txt'],
      ['GET', '/nowhere'],
    ] as const) {
      const args = method === 'HEAD' ? ['--head'] : ['--request', method];
      assert.equal((await curl(davgate.url + path, args)).status, 401, method + path);
    }
    assert.equal((await ask('alice', 'OPTIONS', '/')).headers.get('dav'), probe.headers.get('dav'));
  });

  it('mounted by rclone, copies into a share and reads files of a static one', async () => {
    await writeFile(join(folder, 'letter.txt'), 'Dear Sir\n');
    await rclone('alice', 'copy', 'letter.txt', 'site:docs/by rclone');
    assert.equal(await rclone('alice', 'cat', 'site:docs/by rclone/letter.txt'), 'Dear Sir\n');
    await rclone('alice', 'copy', 'letter.txt', 'site:town/plans');
    assert.equal(await rclone('alice', 'lsf', 'site:town'), 'plans/\n');
    assert.match(await rclone('alice', 'lsf', 'site:media'), /^visitor-guide\.pdf$/m);
    await rclone('alice', 'check', '--download', 'site:media', 'site:media');
    const refused = await outcomeOf(
      'curl',
      ['-s', '-u', login('alice'), '-T', 'letter.txt', `${davgate.url}/media/`],
      {
        cwd: folder,
      },
    );
    assert.match(refused.out, /^405 /);
  });

  it('is walked by cadaver down to a file', async () => {
    await writeFile(join(folder, 'note.txt'), 'from cadaver\n');
    const out = await cadaver(
      'ls',
      'cd town',
      'ls',
      'cd plans',
      'put note.txt',
      'get note.txt back.txt',
      'ls',
    );
    assert.match(out, /Coll: +docs /);
    assert.match(out, /Coll: +plans /);
    assert.match(out, /note\.txt +13/);
    assert.equal(await readFile(join(folder, 'back.txt'), 'utf8'), 'from cadaver\n');
  });

  it('shows a static share to a file manager, with its own class and without what is not there', async () => {
    const options = await ask('eve', 'OPTIONS', '/media/');
    assert.equal(options.status, 200);
    assert.equal(options.headers.get('dav'), '1');
    assert.equal(options.headers.get('allow'), 'OPTIONS, GET, HEAD, PROPFIND');
    assert.ok((await hrefs('eve', '/media')).includes('/media/visitor-guide.pdf'));
    assert.equal((await ask('eve', 'PROPFIND', '/media/nothing', '--header', 'Depth: 0')).status, 404);
  });
});
