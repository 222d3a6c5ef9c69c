import assert from 'node:assert/strict';
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { projectFolder, sampleDavgate } from './helpers/davgate.js';
import { outcomeOf, run, type Outcome } from './helpers/programs.js';

describe('davgate svn', () => {
  let davgate: Awaited<ReturnType<typeof sampleDavgate>>;
  before(async () => {
    davgate = await sampleDavgate();
    await chmod(davgate.folder, 0o755);
  });
  after(() => davgate.dispose());

  const command = (...args: string[]): Promise<Outcome> =>
    outcomeOf(process.execPath, [
      join(projectFolder, 'dist/server/cli/davgate.js'),
      'svn',
      ...args,
      '--config',
      join(davgate.folder, 'shares.json'),
    ]);
  const svn = (...args: string[]): Promise<string> =>
    run('svn', [
      ...args,
      '--non-interactive',
      '--no-auth-cache',
      '--username',
      'alice',
      '--password',
      'alice-demo',
    ]);
  const at = (name: string): string => `${davgate.url}/svn/${encodeURIComponent(name)}`;

  it('creates a repository that a running davgate serves at once', async () => {
    const name = 'new #1;+ 100% Größe';
    assert.deepEqual(await command('create', name), { code: 0, out: `/svn/${name}: created\n`, error: '' });
    await svn('mkdir', '-m', 'A folder', `${at(name)}/trunk`);
    await writeFile(join(davgate.folder, 'file'), 'text\n');
    await svn('import', '-m', 'A file', join(davgate.folder, 'file'), `${at(name)}/trunk/file`);
    assert.equal((await command('list')).out, `/svn/${name}\n/svn/sample\n`);
    const { uid } = await stat(join(davgate.folder, 'svn', 'sample', 'db'));
    assert.equal((await stat(join(davgate.folder, 'svn', name, 'db', 'current'))).uid, uid);
  });

  it('creates no repository twice, and none with a name that is none', async () => {
    const twice = await command('create', 'sample');
    assert.equal(twice.code, 1);
    assert.equal(twice.error, '/svn/sample: A repository or file named sample already exists.\n');
    for (const name of ['..', '../up', '', '.x', '--', '!svn']) {
      const { code, error } = await command('create', '--', name);
      assert.equal(code, 2, name);
      assert.match(error, /^davgate: /);
    }
    assert.equal((await command('create', 'a', '--share', '/docs')).code, 2);
    assert.deepEqual((await readdir(join(davgate.folder, 'svn'))).sort(), ['new #1;+ 100% Größe', 'sample']);
  });

  it('copies while davgate serves, and goes on from the last copy', async () => {
    const to = join(davgate.folder, 'backup');
    const first = await command('backup', to);
    assert.equal(first.code, 0, first.error);
    const youngest = async (name: string): Promise<string> =>
      (await run('svnlook', ['youngest', join(to, name)])).trim();
    const before = Number(await youngest('sample'));
    assert.match(first.out, new RegExp(`^/svn/sample: copied, up to revision ${before}$`, 'm'));
    await svn('mkdir', '-m', 'One more', `${at('sample')}/more`);
    assert.equal((await command('backup', to, 'sample')).code, 0);
    assert.equal(Number(await youngest('sample')), before + 1);
    await run('svnadmin', ['verify', '-q', join(to, 'sample')]);
    assert.deepEqual((await readdir(to)).sort(), ['new #1;+ 100% Größe', 'sample']);
    const inside = await command('backup', join(davgate.folder, 'svn', 'copies'));
    assert.equal(inside.code, 1);
    assert.match(inside.error, /must be outside/);
    await rm(join(davgate.folder, 'svn', 'copies'), { recursive: true, force: true });
  });

  it('refuses to copy over another repository', async () => {
    const to = join(davgate.folder, 'other');
    await run('mkdir', [to]);
    await run('svnadmin', ['create', join(to, 'sample')]);
    const { code, error } = await command('backup', to, 'sample');
    assert.equal(code, 1);
    assert.match(error, /^\/svn\/sample: .*UUID/);
  });

  it('verifies one and all, and says what is broken', async () => {
    const whole = await command('verify');
    assert.deepEqual(whole, {
      code: 0,
      out: '/svn/new #1;+ 100% Größe: whole\n/svn/sample: whole\n',
      error: '',
    });
    assert.equal((await command('verify', 'nowhere')).code, 2);
    const revision = join(davgate.folder, 'svn', 'sample', 'db', 'revs', '0', '2');
    const bytes = await readFile(revision);
    bytes.fill(0x20, 10, 40);
    await chmod(revision, 0o644);
    await writeFile(revision, bytes);
    const broken = await command('verify');
    assert.equal(broken.code, 1);
    assert.equal(broken.out, '/svn/new #1;+ 100% Größe: whole\n');
    assert.match(broken.error, /^\/svn\/sample: [^]*E\d+/);
  });
});
