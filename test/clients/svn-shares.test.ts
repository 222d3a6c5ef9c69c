import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl, outcomeOf, run } from './helpers/programs.js';

describe('svn shares of one repository, and lists of several', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'davgate-svn-'));
    davgate = await sampleDavgate((declaration, at) => {
      const anybody = { staff: false };
      declaration.shares = [
        {
          path: '/code',
          kind: 'svn',
          repository: './svn/sample',
          require: anybody,
          write: { superuser: true },
        },
        {
          ...{ path: '/svn', kind: 'svn', repositories: './svn', require: anybody },
          rules: [{ path: '/closed', require: { groups: ['editors'] } }],
        },
      ];
      madeAt = at;
    });
    await run('svnadmin', ['create', join(madeAt, 'svn', 'open')]);
    await run('svnadmin', ['create', join(madeAt, 'svn', 'closed')]);
    const others = ['no-repository', '.hidden'].map((name) => join(madeAt, 'svn', name));
    await run('mkdir', others);
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });
  let madeAt = '';

  const options = (user: string): string[] => [
    ...['--non-interactive', '--no-auth-cache', '--config-dir', join(folder, 'config')],
    ...['--username', user, '--password', `${user}-demo`],
  ];
  const svn = (user: string, ...args: string[]): Promise<string> =>
    run('svn', [...args, ...options(user)], { cwd: folder });

  it('serves the repository at the path of the share itself', async () => {
    const url = `${davgate.url}/code`;
    const copy = join(folder, 'copy');
    await svn('admin', 'checkout', '-q', url, copy);
    await appendFile(join(copy, 'trunk', 'README.md'), 'More.\n');
    assert.match(await svn('admin', 'commit', '-m', 'More', copy), /Committed revision/);
    await svn('admin', 'copy', '-m', 'A tag', `${url}/trunk`, `${url}/tags/three`);
    await svn('admin', 'move', '-m', 'Another name', `${url}/tags/three`, `${url}/three`);
    await svn('admin', 'lock', `${url}/trunk/board.py`);
    await svn('admin', 'unlock', `${url}/trunk/board.py`);
    assert.match(await svn('bob', 'list', url), /^three\/\ntrunk\/$/m);
    assert.match(await svn('bob', 'info', url), /^Repository Root: http:\/\/[^/]+\/code$/m);
    const refused = await outcomeOf('svn', ['mkdir', '-m', 'x', `${url}/x`, ...options('bob')]);
    assert.match(refused.error, /Only active users who are superusers may write here\./);
    const page = await curl(`${url}/`, ['--user', login('bob')]);
    assert.equal(page.status, 200);
    assert.match(page.body.toString(), /trunk/);
  });

  it('lists to each user the repositories that he may read, to browsers and to WebDAV clients', async () => {
    const names = (text: string): string[] =>
      ['sample', 'open', 'closed', 'no-repository', 'hidden'].filter((name) =>
        text.includes(`/svn/${name}/`),
      );
    for (const [user, expected] of [
      ['alice', ['sample', 'open', 'closed']],
      ['bob', ['sample', 'open']],
    ] as const) {
      const page = await curl(`${davgate.url}/svn/`, [
        '--user',
        login(user),
        '--header',
        'Accept: text/html',
      ]);
      assert.equal(page.status, 200);
      assert.deepEqual(names(page.body.toString()), expected);
      const listing = await curl(`${davgate.url}/svn/`, [
        ...['--user', login(user), '--request', 'PROPFIND', '--header', 'Depth: 1'],
      ]);
      assert.equal(listing.status, 207);
      assert.deepEqual(names(listing.body.toString()), expected);
    }
    const moved = await curl(`${davgate.url}/svn`, ['--user', login('bob')]);
    assert.deepEqual([moved.status, moved.headers.get('location')], [301, '/svn/']);
  });

  it('takes nothing at the list, as Apache does', async () => {
    for (const method of ['PUT', 'MKCOL', 'DELETE', 'PROPPATCH']) {
      const { status } = await curl(`${davgate.url}/svn/`, ['--user', login('alice'), '--request', method]);
      assert.equal(status, 403, method);
    }
    const { code, error } = await outcomeOf('svn', ['list', `${davgate.url}/svn`, ...options('alice')]);
    assert.equal(code, 1);
    assert.match(error, /E17/);
  });
});
