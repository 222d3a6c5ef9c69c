import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sampleDavgate } from './helpers/davgate.js';
import { outcomeOf, run } from './helpers/programs.js';

/** Seconds; a server that keeps idle connections for longer lets svn stand still for as long. */
const patience = 30;

describe('svn, when it finds an error of its own in the midst of a commit', () => {
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

  it('is hung up on soon, for which it waits, and says what is wrong', async () => {
    const login = ['--username', 'alice', '--password', 'alice-demo', '--no-auth-cache', '--non-interactive'];
    const options = [...login, '--config-dir', join(folder, 'config')];
    const copy = join(folder, 'copy');
    const file = join(copy, 'mixed.txt');
    await run('svn', ['checkout', '-q', `${davgate.url}/svn/sample/trunk`, copy, ...options]);
    await writeFile(file, 'a\n');
    await run('svn', ['add', '-q', file]);
    await run('svn', ['propset', '-q', 'svn:eol-style', 'native', file]);
    await writeFile(file, 'a\nb\r');
    const begun = performance.now();
    const { code, error } = await outcomeOf('svn', ['commit', '-m', 'Mixed', copy, ...options]);
    assert.equal(code, 1);
    assert.match(error, /E135000: Inconsistent line ending style/);
    assert.ok(performance.now() - begun < patience * 1000, 'svn waited for too long');
  });
});
