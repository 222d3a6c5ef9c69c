import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { login, sampleDavgate } from './helpers/davgate.js';
import { curl, outcomeOf, run } from './helpers/programs.js';

describe('an autoversioned share', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let folder: string;
  before(async () => {
    davgate = await sampleDavgate((declaration) => {
      assert.ok(Array.isArray(declaration.shares));
      const shares: unknown[] = declaration.shares;
      declaration.shares = shares.map((share) =>
        typeof share === 'object' && share !== null && 'repositories' in share
          ? { ...share, autoversioning: true }
          : share,
      );
    });
    folder = await mkdtemp(join(tmpdir(), 'davgate-autoversioning-'));
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const trunk = (): string => `${davgate.url}/svn/sample/trunk`;
  /** What the repository itself says happened, newest first: the author of each revision and the paths that changed. */
  const look = async (from: number): Promise<string> =>
    run('svn', ['log', '-v', '-r', `HEAD:${from}`, `file://${davgate.folder}/svn/sample`]);
  const youngest = async (): Promise<number> =>
    Number(await run('svnlook', ['youngest', join(davgate.folder, 'svn', 'sample')]));
  const rclone = async (user: string, ...args: string[]): Promise<string> => {
    const config = join(folder, `${user}.conf`);
    const hidden = (await run('rclone', ['obscure', `${user}-demo`])).trim();
    await writeFile(
      config,
      `[dav]\ntype = webdav\nurl = ${trunk()}\nvendor = other\nuser = ${user}\npass = ${hidden}\n`,
    );
    return run('rclone', ['--config', config, '--retries', '1', ...args]);
  };
  const cadaver = async (commands: string): Promise<string> => {
    await writeFile(join(folder, '.netrc'), `machine 127.0.0.1\nlogin alice\npassword alice-demo\n`, {
      mode: 0o600,
    });
    return run('cadaver', [`${trunk()}/`], {
      cwd: folder,
      input: `${commands}\nquit\n`,
      env: { HOME: folder, EDITOR: join(folder, 'editor') },
    });
  };

  it('takes rclone’s copy, sync, move and delete as commits of the user', async () => {
    const first = (await youngest()) + 1;
    const files = join(folder, 'files');
    await mkdir(join(files, 'Größe & Maß'), { recursive: true });
    await writeFile(join(files, 'a b.txt'), 'one\n');
    await writeFile(join(files, 'Größe & Maß', '100% #1;+.txt'), 'two\n');
    await rclone('alice', 'copy', files, 'dav:notes');
    await writeFile(join(files, 'a b.txt'), 'changed, and longer\n');
    await rclone('alice', 'sync', '--ignore-times', files, 'dav:notes');
    assert.equal(await rclone('bob', 'cat', 'dav:notes/a b.txt'), 'changed, and longer\n');
    await rclone('alice', 'moveto', 'dav:notes/a b.txt', 'dav:notes/moved.txt');
    await rclone('alice', 'purge', 'dav:notes/Größe & Maß');
    assert.equal(await rclone('bob', 'lsf', '-R', 'dav:notes'), 'moved.txt\n');
    const log = await look(first);
    const authors = [...log.matchAll(/^r\d+ \| (.*?) \|/gm)].map(([, author]) => author);
    assert.ok(authors.length >= 6, log);
    assert.deepEqual(new Set(authors), new Set(['alice']));
    assert.match(log, /A \/trunk\/notes\/Größe & Maß\/100% #1;\+\.txt/);
    assert.match(log, /A \/trunk\/notes\/moved\.txt \(from \/trunk\/notes\/a b\.txt:\d+\)/);
  });

  it('takes cadaver’s edit under a lock, its put, move, copy, properties and delete', async () => {
    const first = (await youngest()) + 1;
    await writeFile(
      join(folder, 'editor'),
      '#!/bin/sh\necho "By cadaver." >>"$1"\ntouch -d "1 hour" "$1"\n',
      { mode: 0o755 },
    );
    await writeFile(join(folder, 'put.txt'), 'put\n');
    const said = await cadaver(
      [
        'mkcol drafts',
        'cd drafts',
        'put put.txt',
        'edit put.txt',
        'copy put.txt copied.txt',
        'move copied.txt moved.txt',
        'propset put.txt colour green',
        'lock moved.txt',
        'unlock moved.txt',
        'delete moved.txt',
        'ls',
      ].join('\n'),
    );
    // A DeltaV checkout is for others; cadaver tries one and edits under its lock all the same.
    assert.doesNotMatch(said.replace(/Checking out .*\n405 .*\n/, ''), /failed|error|could not/i);
    const repository = join(davgate.folder, 'svn', 'sample');
    assert.equal(await run('svnlook', ['propget', repository, 'colour', 'trunk/drafts/put.txt']), 'green');
    const { body } = await curl(`${trunk()}/drafts/put.txt`, ['--user', login('bob')]);
    assert.equal(body.toString(), 'put\nBy cadaver.\n');
    const log = await look(first);
    assert.match(log, /M \/trunk\/drafts\/put\.txt/);
    assert.match(log, /D \/trunk\/drafts\/moved\.txt/);
    assert.doesNotMatch(log, /^r\d+ \| (?!alice )/m);
  });

  it('holds a user who may not write off, by every method', async () => {
    const before = await youngest();
    for (const method of ['PUT', 'DELETE', 'MKCOL', 'PROPPATCH', 'LOCK', 'UNLOCK', 'POST']) {
      const { status } = await curl(`${trunk()}/README.md`, [
        '--user',
        login('bob'),
        '-X',
        method,
        '-d',
        'x',
      ]);
      assert.equal(status, 403, method);
    }
    for (const method of ['COPY', 'MOVE']) {
      const to = `Destination: ${trunk()}/copied`;
      const { status } = await curl(`${trunk()}/README.md`, ['--user', login('bob'), '-X', method, '-H', to]);
      assert.equal(status, 403, method);
    }
    assert.equal(await youngest(), before);
  });

  it('keeps the media type that a file’s name says', async () => {
    const picture = join(folder, 'pixel.png');
    await writeFile(picture, Buffer.from('89504e470d0a1a0a', 'hex'));
    await run('curl', ['-sSf', '--user', login('alice'), '-T', picture, `${trunk()}/pixel.png`]);
    const { headers } = await curl(`${trunk()}/pixel.png`, ['--user', login('bob')]);
    assert.equal(headers.get('content-type'), 'image/png');
  });

  it('is a working copy’s repository as well: svn sees the saves, and a lock of svn’s holds a save off', async () => {
    const copy = join(folder, 'copy');
    const options = [
      '--non-interactive',
      '--no-auth-cache',
      '--username',
      'admin',
      '--password',
      'admin-demo',
    ];
    await run('svn', ['checkout', '-q', trunk(), copy, ...options]);
    await run('curl', [
      '-sSf',
      '--user',
      login('alice'),
      '-T',
      join(folder, 'put.txt'),
      `${trunk()}/saved.txt`,
    ]);
    await run('svn', ['update', '-q', copy, ...options]);
    assert.equal(await readFile(join(copy, 'saved.txt'), 'utf8'), 'put\n');
    await run('svn', ['lock', join(copy, 'saved.txt'), ...options]);
    const { code } = await outcomeOf('curl', [
      '-sSf',
      '--user',
      login('alice'),
      '-T',
      join(folder, 'editor'),
      `${trunk()}/saved.txt`,
    ]);
    assert.equal(code, 22);
    const { status } = await curl(`${trunk()}/saved.txt`, ['--user', login('alice'), '-X', 'DELETE']);
    assert.equal(status, 423);
  });
});
