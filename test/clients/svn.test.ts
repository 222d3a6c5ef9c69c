import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { curl, outcomeOf, run, type Outcome } from './helpers/programs.js';

describe('svn', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  let folder: string;
  before(async () => {
    davgate = await sampleDavgate();
    folder = await mkdtemp(join(tmpdir(), 'davgate-svn-'));
  });
  after(async () => {
    await davgate.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const repository = (): string => `${davgate.url}/svn/sample`;
  const options = (user: string, password = `${user}-demo`): string[] => [
    '--non-interactive',
    '--no-auth-cache',
    '--config-dir',
    join(folder, 'config'),
    '--username',
    user,
    '--password',
    password,
  ];
  const svn = (user: string, ...args: string[]): Promise<string> =>
    run('svn', [...args, ...options(user)], { cwd: folder });
  const refused = async (user: string, ...args: string[]): Promise<Outcome> => {
    const outcome = await outcomeOf('svn', [...args, ...options(user)], { cwd: folder });
    assert.notEqual(outcome.code, 0, `svn ${args.join(' ')} went through`);
    return outcome;
  };

  it('checks out, edits, adds, copies and commits as alice, who is the author', async () => {
    const copy = join(folder, 'alice');
    await svn('alice', 'checkout', `${repository()}/trunk`, copy);
    await appendFile(join(copy, 'README.md'), 'One line more.\n');
    await mkdir(join(copy, 'plans'));
    await writeFile(join(copy, 'plans', 'Größe & Maß.txt'), 'new\n');
    await svn('alice', 'add', join(copy, 'plans'));
    await svn('alice', 'copy', join(copy, 'data'), join(copy, 'data-copy'));
    const committed = await svn('alice', 'commit', '-m', 'A change by alice', copy);
    const revision = /Committed revision (\d+)\./.exec(committed)?.[1];
    assert.ok(revision !== undefined, committed);
    const log = await svn('alice', 'log', '-v', '-r', revision, repository());
    assert.match(log, new RegExp(`^r${revision} \\| alice \\| `, 'm'));
    assert.match(log, /A \/trunk\/data-copy \(from \/trunk\/data:\d+\)/);
    assert.match(log, /A \/trunk\/plans\/Größe & Maß\.txt/);
    await svn('alice', 'copy', `${repository()}/trunk`, `${repository()}/tags/2.0`, '-m', 'A tag');
    await svn('alice', 'move', `${repository()}/tags/2.0`, `${repository()}/tags/two`, '-m', 'A rename');
    assert.match(await svn('alice', 'list', `${repository()}/tags`), /^two\/$/m);
  });

  it('lets bob check out and refuses his commit with a sentence', async () => {
    const copy = join(folder, 'bob');
    await svn('bob', 'checkout', `${repository()}/trunk`, copy);
    await appendFile(join(copy, 'README.md'), 'By bob.\n');
    const { error } = await refused('bob', 'commit', '-m', 'A change by bob', copy);
    assert.match(
      error,
      /Only active users who have the permission repos\.change_repository may write here\./,
    );
    assert.doesNotMatch(await svn('alice', 'log', repository()), /change by bob/);
  });

  it('refuses eve, dave and a wrong password', async () => {
    const { error } = await refused('eve', 'list', repository());
    assert.match(error, /Only active users who have the permission repos\.view_repository may read here\./);
    assert.match((await refused('dave', 'list', repository())).error, /E170001|E215004/);
    const wrong = await outcomeOf('svn', ['list', repository(), ...options('alice', 'wrong')]);
    assert.match(wrong.error, /E170001|E215004/);
  });

  it('brings a 50 MB file in and out unchanged', async () => {
    const large = join(folder, 'large.bin');
    const bytes = randomBytes(50 * 1024 * 1024);
    await writeFile(large, bytes);
    await svn('alice', 'import', '-m', 'A large file', large, `${repository()}/large/large.bin`);
    await svn('bob', 'checkout', `${repository()}/large`, join(folder, 'out'));
    const sum = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
    assert.equal(sum(await readFile(join(folder, 'out', 'large.bin'))), sum(bytes));
  });

  it('locks, and shows the owner', async () => {
    await svn('alice', 'lock', '-m', 'mine', `${repository()}/trunk/board.py`);
    assert.match(await svn('bob', 'info', `${repository()}/trunk/board.py`), /Lock Owner: alice/);
    await svn('alice', 'unlock', `${repository()}/trunk/board.py`);
  });

  it('lists a revision for a browser', async () => {
    const { status, body } = await curl(`${repository()}/trunk/`, ['--user', 'bob:bob-demo']);
    assert.equal(status, 200);
    assert.match(body.toString(), /README\.md/);
  });

  it('does not take an identity from outside', async () => {
    for (const field of [
      'X-Remote-User: alice',
      'X_Remote_User: alice',
      'X-Davgate-Secret: guess',
      'Connection: Authorization',
    ]) {
      const { status } = await curl(`${repository()}/!svn/me`, [
        '--user',
        'bob:bob-demo',
        '--header',
        field,
        '--data-binary',
        '( create-txn )',
      ]);
      assert.equal(status, 403, field);
    }
  });
});
