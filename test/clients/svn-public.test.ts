import assert from 'node:assert/strict';
import { appendFile, chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { declare, makeSample, startDavgate, type LogLine, type TestDavgate } from './helpers/davgate.js';
import { curl, outcomeOf, run } from './helpers/programs.js';

/** @param authz the text of path rules, if there are to be some */
async function publicRepositories(authz?: string): Promise<TestDavgate> {
  const folder = await makeSample();
  if (authz !== undefined) await writeFile(join(folder, 'svn-authz'), authz);
  await run('cp', ['-a', join(folder, 'svn', 'sample'), join(folder, 'svn', 'closed')]);
  await declare(folder, (declaration) => {
    declaration.shares = [
      {
        ...{ path: '/svn', kind: 'svn', repositories: './svn', public: true },
        require: { staff: false, permission: 'repos.view_repository' },
        write: { permission: 'repos.change_repository' },
        rules: [{ path: '/closed', public: false }],
        ...(authz !== undefined && { authz: './svn-authz' }),
      },
    ];
  });
  return startDavgate(folder);
}

describe('svn where everybody may read', () => {
  let davgate: TestDavgate;
  let folder: string;
  before(async () => {
    davgate = await publicRepositories();
    folder = await mkdtemp(join(tmpdir(), 'davgate-svn-public-'));
  });
  after(async () => {
    await davgate.end();
    for (const each of [davgate.folder, folder]) await rm(each, { recursive: true, force: true });
  });

  const repository = (): string => `${davgate.url}/svn/sample`;
  const quiet = (): string[] => [
    ...['--non-interactive', '--no-auth-cache', '--config-dir', join(folder, 'config')],
  ];
  const as = (user: string): string[] => ['--username', user, '--password', `${user}-demo`];
  const svn = (...args: string[]) => run('svn', [...args, ...quiet()], { cwd: folder });
  const requests = (): readonly LogLine[] => davgate.log.filter(({ msg }) => msg === 'request');
  let marks = 0;
  /** Resolves when all that was asked before is in the log. @returns the number of requests there */
  const settled = async (): Promise<number> => {
    marks += 1;
    const mark = `/mark-${marks}`;
    await curl(`${davgate.url}${mark}`);
    const found = await davgate.logged(({ path }) => path === mark);
    return requests().indexOf(found);
  };
  const requestsOf = async (command: () => Promise<unknown>): Promise<readonly LogLine[]> => {
    const from = await settled();
    await command();
    return requests().slice(from + 1, await settled());
  };

  it('checks out without a question, and commits with one, by the user who answers', async () => {
    const copy = join(folder, 'work');
    const reading = await requestsOf(async () => {
      await svn('checkout', `${repository()}/trunk`, copy);
      await svn('log', '-v', repository());
      await svn('cat', `${repository()}/trunk/README.md@HEAD`);
      await svn('blame', `${repository()}/trunk/README.md`);
      await svn('diff', '-r', '1:HEAD', repository());
      await svn('export', `${repository()}/trunk`, join(folder, 'export'));
    });
    assert.ok(reading.length > 10);
    assert.deepEqual(
      reading.filter((line) => line.status === 401 || 'user' in line),
      [],
    );
    assert.ok(reading.some(({ method }) => method === 'REPORT'));

    await appendFile(join(copy, 'README.md'), 'One line more.\n');
    const refused = await outcomeOf('svn', ['commit', '-m', 'By nobody', copy, ...quiet()]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.error, /E170001|E215004/);

    const writing = await requestsOf(async () => {
      await svn('commit', '-m', 'By alice', copy, ...as('alice'));
      await davgate.logged(({ method, status }) => method === 'MERGE' && status === 200);
    });
    assert.equal(writing.filter(({ status }) => status === 401).length, 1);
    const changes = writing.filter(({ method, status }) => {
      return status !== 401 && !['OPTIONS', 'GET', 'HEAD', 'PROPFIND', 'REPORT'].includes(String(method));
    });
    assert.deepEqual(
      changes.map(({ method }) => method),
      ['POST', 'PUT', 'MERGE'],
    );
    for (const { user } of changes) assert.equal(user, 'alice');
    const log = await svn('log', '-r', 'HEAD', repository());
    assert.match(log, /^r\d+ \| alice \| /m);
    assert.match(log, /By alice/);
    assert.doesNotMatch(await svn('log', repository()), /By nobody/);
  });

  it('who may not write is told so when they answer', async () => {
    const copy = join(folder, 'bob');
    await svn('checkout', `${repository()}/trunk`, copy);
    await appendFile(join(copy, 'README.md'), 'By bob.\n');
    const { error } = await outcomeOf('svn', ['commit', '-m', 'By bob', copy, ...quiet(), ...as('bob')]);
    assert.match(
      error,
      /Only active users who have the permission repos\.change_repository may write here\./,
    );
  });

  it('locks are taken by users, and seen by anybody', async () => {
    const file = `${repository()}/trunk/board.py`;
    assert.notEqual((await outcomeOf('svn', ['lock', file, ...quiet()])).code, 0);
    await svn('lock', '-m', 'mine', file, ...as('alice'));
    assert.match(await svn('info', file), /Lock Owner: alice/);
    assert.notEqual((await outcomeOf('svn', ['unlock', '--force', file, ...quiet()])).code, 0);
    await svn('unlock', file, ...as('alice'));
  });

  it('a repository that is closed is in no list and asks for a name', async () => {
    const names = async (...args: string[]) =>
      [...(await curl(`${davgate.url}/svn/`, args)).body.toString().matchAll(/href="\/svn\/(\w+)\/"/g)].map(
        ([, name]) => name,
      );
    assert.deepEqual(await names(), ['sample']);
    assert.deepEqual(await names('--user', 'alice:alice-demo'), ['closed', 'sample']);
    for (const path of ['/svn/closed', '/svn/closed/trunk', '/svn/closed/!svn/rvr/1/trunk', '/svn/none']) {
      const { status } = await curl(`${davgate.url}${path}`);
      assert.equal(status, path === '/svn/none' ? 404 : 401, path);
    }
    assert.match(await svn('list', `${davgate.url}/svn/closed/trunk`, ...as('bob')), /README\.md/);
  });

  it('no path of a report or a header field leads to the closed repository', async () => {
    const youngest = (await svn('info', '--show-item', 'revision', repository())).trim();
    const update = (path: string): string =>
      `<S:update-report xmlns:S="svn:"><S:src-path>${davgate.url}${path}</S:src-path>` +
      `<S:target-revision>${youngest}</S:target-revision>` +
      `<S:entry rev="${youngest}" start-empty="true"></S:entry></S:update-report>`;
    const report = (path: string) =>
      curl(`${repository()}/!svn/me`, [
        '-X',
        'REPORT',
        '-H',
        'Content-Type: text/xml',
        '--data',
        update(path),
      ]);
    assert.equal((await report('/svn/sample/trunk')).status, 200);
    const { status, body } = await report('/svn/closed/trunk');
    assert.notEqual(status, 200);
    assert.doesNotMatch(body.toString(), /README/);
    const base = ['-H', 'X-SVN-VR-Base: /svn/closed/!svn/rvr/1/trunk/README.md'];
    const { headers } = await curl(`${repository()}/trunk/README.md`, base);
    assert.notEqual(headers.get('content-type'), 'application/vnd.svn-svndiff');
  });

  it('git svn clones without a question, and commits with one', async () => {
    const clone = join(folder, 'git');
    const git = {
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.org',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.org',
      GIT_CONFIG_NOSYSTEM: '1',
      HOME: folder,
    };
    const silent = join(folder, 'asked.sh');
    await writeFile(silent, `#!/bin/sh\necho "$1" >> '${folder}/asked'\nexit 1\n`);
    const answering = join(folder, 'answer.sh');
    await writeFile(answering, '#!/bin/sh\necho alice-demo\n');
    for (const script of [silent, answering]) await chmod(script, 0o755);
    await run('git', ['svn', 'clone', '--quiet', `${repository()}/trunk`, clone], {
      env: { ...git, GIT_ASKPASS: silent },
    });
    await assert.rejects(readFile(join(folder, 'asked')), { code: 'ENOENT' });
    assert.ok((await readdir(clone)).includes('README.md'));
    await appendFile(join(clone, 'README.md'), 'By git.\n');
    const inClone = { cwd: clone, env: { ...git, GIT_ASKPASS: answering } };
    await run('git', ['commit', '--all', '-m', 'By alice with git'], inClone);
    await run('git', ['svn', 'dcommit', '--username', 'alice', '--no-auth-cache'], inClone);
    assert.match(await svn('log', '-r', 'HEAD', repository()), /\| alice \|[^]*By alice with git/);
  });
});

describe('path rules where everybody may read', () => {
  let davgate: TestDavgate;
  let folder: string;
  before(async () => {
    davgate = await publicRepositories('[/]\n* = rw\n');
    folder = await mkdtemp(join(tmpdir(), 'davgate-svn-anonymous-'));
    for (const name of ['users', 'nobody', 'editors']) {
      const file = join(folder, `${name}.txt`);
      await writeFile(file, `for ${name}\n`);
      await svn('import', '-m', name, file, `${repository()}/trunk/${name}/file.txt`, ...as('alice'));
    }
    await rules(
      '[/]\n* = r\n@perm.repos.change_repository = rw\n[/trunk/users]\n$anonymous =\n$authenticated = r\n' +
        '[/trunk/nobody]\n$authenticated =\n$anonymous = r\n[/trunk/editors]\n* =\n@editors = rw\n',
    );
  });
  after(async () => {
    await davgate.end();
    for (const each of [davgate.folder, folder]) await rm(each, { recursive: true, force: true });
  });

  const repository = (): string => `${davgate.url}/svn/sample`;
  const as = (user: string): string[] => ['--username', user, '--password', `${user}-demo`];
  const quiet = (): string[] => [
    '--non-interactive',
    '--no-auth-cache',
    '--config-dir',
    join(folder, 'config'),
  ];
  const svn = (...args: string[]) => run('svn', [...args, ...quiet()], { cwd: folder });
  const rules = async (text: string): Promise<void> => {
    const file = join(davgate.folder, 'svn-authz');
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  const statusOf = async (path: string, ...args: string[]): Promise<number> =>
    (await curl(`${repository()}${path}`, args)).status;

  it('`*`, `$anonymous` and `$authenticated` mean what they mean to svn', async () => {
    const file = (name: string): string => `/trunk/${name}/file.txt`;
    const found = async (...args: string[]) =>
      Promise.all(['users', 'nobody', 'editors'].map((name) => statusOf(file(name), ...args)));
    assert.deepEqual(await found(), [401, 200, 401]);
    assert.deepEqual(await found('--user', 'bob:bob-demo'), [200, 403, 403]);
    assert.deepEqual(await found('--user', 'alice:alice-demo'), [200, 403, 200]);
  });

  it('the challenge is ours, the same as anywhere', async () => {
    for (const method of ['GET', 'PROPFIND', 'HEAD']) {
      const { status, headers } = await curl(`${repository()}/trunk/editors/file.txt`, [
        ...(method === 'HEAD' ? ['--head'] : ['-X', method]),
      ]);
      assert.equal(status, 401, method);
      assert.equal(headers.get('www-authenticate'), 'Basic realm="davgate"', method);
    }
  });

  it('a checkout leaves out what is closed, and `svn log -v` does not tell of it', async () => {
    const copy = join(folder, 'anonymous');
    await svn('checkout', `${repository()}/trunk`, copy);
    const names = await readdir(copy);
    assert.ok(names.includes('README.md') && names.includes('nobody'));
    assert.ok(!names.includes('users') && !names.includes('editors'));
    assert.doesNotMatch(await svn('log', '-v', repository()), /trunk\/(?:users|editors)/);
    const closed = `${repository()}/trunk/users`;
    assert.notEqual((await outcomeOf('svn', ['list', closed, ...quiet()])).code, 0);
    assert.match(await svn('list', closed, ...as('bob')), /file\.txt/);
  });

  it('what `*` may write needs a name all the same', async () => {
    await rules('[/]\n* = rw\n');
    assert.notEqual(
      (await outcomeOf('svn', ['mkdir', '-m', 'x', `${repository()}/by-nobody`, ...quiet()])).code,
      0,
    );
    await svn('mkdir', '-m', 'x', `${repository()}/by-alice`, ...as('alice'));
    assert.match(await svn('log', '-r', 'HEAD', repository()), /\| alice \|/);
  });

  it('without a word of them nobody reads without a name, and the list shows no repository', async () => {
    await rules('[/]\n$authenticated = r\n');
    assert.equal(await statusOf('/trunk/README.md'), 401);
    assert.equal(await statusOf('/trunk/README.md', '--user', 'bob:bob-demo'), 200);
    const list = async (...args: string[]) => (await curl(`${davgate.url}/svn/`, args)).body.toString();
    assert.doesNotMatch(await list(), /sample/);
    assert.match(await list('--user', 'bob:bob-demo'), /sample/);
  });
});
